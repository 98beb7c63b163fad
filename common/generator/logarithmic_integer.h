// The integer floor(1 - ln u) for u uniform in (0, 1): 1 with probability 1 - 1/e, 2 with
// probability 1/e - 1/e^2, and so on.
#pragma once

#include <array>
#include <cstdint>

namespace motzkin::generator {

// floor(2^64 * e^-k) for k = 1 .. 44; from 45 on it is 0. The integer exceeds k exactly if u <=
// e^-k, so a uniform 64-bit number below entry k-1 stands for an integer above k. Comparing
// integers avoids ln(), whose last bit differs between libraries. The entries were computed with
// 400 bits, and the test computes them again as balls:
//
//   python3 -c 'import mpmath as m; m.mp.prec = 400
//   print([hex(int(m.floor(m.mpf(2)**64 * m.e**-k))) for k in range(1, 45)])'
inline constexpr std::array<uint64_t, 44> kLogarithmicThresholds = {
    0x5e2d58d8b3bcdf1a, 0x22a555477f03973f, 0x0cbed86667585764, 0x04b0556e084f3d1d,
    0x01b993fe00d53761, 0x00a2728f889ea6ae, 0x003bc2d73849531d, 0x0015fc21041027ac,
    0x0008167912932a2c, 0x0002f9af36ac8f93, 0x000118354238f676, 0x0000671530ed0ef2,
    0x000025ec0a77303b, 0x00000df3637ed80b, 0x00000521d72889fb, 0x000001e355bbaee8,
    0x000000b1cf18bad3, 0x00000041698a31a6, 0x000000181056ff2c, 0x00000008da432af9,
    0x0000000341b61a1b, 0x0000000132b48bf1, 0x0000000070d49f90, 0x0000000029820f1f,
    0x000000000f451bd2, 0x00000000059e14a9, 0x0000000002110a53, 0x0000000000c29f80,
    0x000000000047990a, 0x00000000001a56e0, 0x000000000009b090, 0x000000000003908c,
    0x0000000000014fb5, 0x0000000000007b80, 0x0000000000002d6e, 0x00000000000010b6,
    0x0000000000000626, 0x0000000000000243, 0x00000000000000d5, 0x000000000000004e,
    0x000000000000001c, 0x000000000000000a, 0x0000000000000003, 0x0000000000000001,
};

// Returns the integer, 1 .. 45, that a uniform 64-bit number stands for.
constexpr int LogarithmicInteger(uint64_t uniform) {
  int value = 1;
  for (const uint64_t threshold : kLogarithmicThresholds) {
    if (uniform >= threshold) break;
    ++value;
  }
  return value;
}

}  // namespace motzkin::generator
