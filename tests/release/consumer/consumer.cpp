// Says which winnow is installed: a C++ program with a namespace of that name.
#include <iostream>

#define WINNOW_NO_SHORT_NAME
#include <winnow.h>

namespace winnow {
int major() {
  return static_cast<int>(winnow_abi_version() >> 16);
}
}  // namespace winnow

int main() {
  std::cout << winnow_build_info() << '\n';
  return winnow::major() == WINNOW_ABI_VERSION >> 16 ? 0 : 1;
}
