#include "coordinator/service/pages.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include "motzkin/v1/operator_service.pb.h"

namespace motzkin::coordinator {
namespace {

std::string KeyOf(const v1::Worker& worker) { return worker.uuid(); }

// Returns the uuids of all pages, and adds the number of pages to `pages`.
std::vector<std::string> AllOf(const std::vector<v1::Worker>& workers, int page_size, int& pages) {
  std::vector<std::string> uuids;
  std::string token;
  do {
    v1::ListWorkersResponse answer;
    token = FillPage(workers, KeyOf, token, page_size, *answer.mutable_workers());
    EXPECT_LT(answer.ByteSizeLong(), size_t{4} << 20);
    for (const v1::Worker& worker : answer.workers()) uuids.push_back(worker.uuid());
    ++pages;
  } while (!token.empty());
  return uuids;
}

TEST(PagesTest, EveryItemIsOnOnePageInOrderHoweverLongTheListIs) {
  std::vector<v1::Worker> workers(2500);
  std::vector<std::string> expected;
  for (size_t i = 0; i < workers.size(); ++i) {
    expected.push_back(absl::StrCat(10'000 + i));
    workers[workers.size() - 1 - i].set_uuid(expected.back());
    workers[i].set_reason(std::string(2000, 'r'));
  }
  int pages = 0;
  EXPECT_EQ(AllOf(workers, 0, pages), expected);
  EXPECT_EQ(pages, 5);
  pages = 0;
  EXPECT_EQ(AllOf(workers, 100, pages), expected);
  EXPECT_EQ(pages, 25);
}

TEST(PagesTest, AnEmptyListIsOnePageAndAnItemBeyondAPageGoesAlone) {
  int pages = 0;
  EXPECT_TRUE(AllOf({}, 0, pages).empty());
  EXPECT_EQ(pages, 1);
  std::vector<v1::Worker> workers(3);
  for (int i = 0; i < 3; ++i) {
    workers[i].set_uuid(absl::StrCat(i));
    workers[i].set_reason(std::string(kListBytesMax + 1, 'r'));
  }
  EXPECT_EQ(AllOf(workers, 0, pages).size(), 3);
  EXPECT_EQ(pages, 1 + 3);
}

}  // namespace
}  // namespace motzkin::coordinator
