#include "common/identity/password.h"

#include <gtest/gtest.h>

namespace motzkin::identity {
namespace {

TEST(PasswordTest, IsKnownByItsHashAndNoOtherIs) {
  const std::string hash = HashPassword("correct horse");
  EXPECT_TRUE(hash.starts_with("$scrypt$ln=15,r=8,p=3$")) << hash;
  EXPECT_TRUE(IsPassword("correct horse", hash));
  EXPECT_FALSE(IsPassword("correct horsf", hash));
  EXPECT_FALSE(IsPassword("", hash));
  EXPECT_NE(HashPassword("correct horse"), hash) << "each hash has a salt of its own";
}

// The reference was computed by Python: hashlib.scrypt(b"correct horse", salt=bytes(range(16)), n=2**15, r=8,
// p=3, maxmem=2**26, dklen=32).
TEST(PasswordTest, TheHashIsThatOfOtherPrograms) {
  EXPECT_TRUE(IsPassword("correct horse",
                         "$scrypt$ln=15,r=8,p=3$000102030405060708090a0b0c0d0e0f$"
                         "00d616c2bc06f5ec4ce30467dee0e19e44ee2cc1b6eee8f893d773e4aac13e48"));
}

TEST(PasswordTest, ATextThatIsNoHashIsOfNoPassword) {
  const std::string hash = HashPassword("");
  EXPECT_TRUE(IsPassword("", hash));
  for (const std::string& text :
       {std::string(), std::string("$scrypt$"), hash.substr(1), hash.substr(0, hash.size() - 1),
        hash + "0", hash.substr(0, 22) + "zz" + hash.substr(24),
        "$scrypt$ln=30,r=8,p=3$" + hash.substr(22)}) {
    EXPECT_FALSE(IsPassword("", text)) << text;
  }
}

}  // namespace
}  // namespace motzkin::identity
