// The version of the protocol between coordinator and worker in these programs. A coordinator serves
// this one and the one before it.
#pragma once

#include <cstdint>

namespace motzkin {

inline constexpr uint32_t kProtocolVersion = 1;

}  // namespace motzkin
