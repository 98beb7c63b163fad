// Cuts lists into answers that every gRPC client takes: its default is 4 MiB a message, and a list of
// workers or jobs may be longer.
//
// Thread-safe.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace motzkin::coordinator {

// One list takes at most this many bytes of an answer, and an answer has at most three lists.
inline constexpr size_t kListBytesMax = size_t{1} << 20;

// Copies items whose key is greater than `token`, in the order of their keys, until `page_size` or
// kListBytesMax is reached; `page_size` 0 means no bound. An item larger than all of kListBytesMax is
// copied alone. Returns the key of the last item that was copied, for the next call, or "" if none is
// left.
template <typename Item, typename KeyOf>
std::string FillPage(std::vector<Item> items, const KeyOf& key_of, const std::string& token,
                     int page_size, google::protobuf::RepeatedPtrField<Item>& page) {
  std::stable_sort(items.begin(), items.end(),
                   [&](const Item& a, const Item& b) { return key_of(a) < key_of(b); });
  size_t bytes = 0;
  std::string last;
  for (Item& item : items) {
    std::string key = key_of(item);
    if (!token.empty() && key <= token) continue;
    bytes += item.ByteSizeLong() + 8;  // The field's tag and length come on top.
    const bool full = page_size > 0 && page.size() >= page_size;
    if (full || (page.size() > 0 && bytes > kListBytesMax)) return last;
    *page.Add() = std::move(item);
    last = std::move(key);
  }
  return "";
}

}  // namespace motzkin::coordinator
