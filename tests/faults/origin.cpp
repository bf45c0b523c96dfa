#include "tests/faults/origin.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "abi/winnow.h"

namespace winnow::tests {
namespace {

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  bool has(void* frame) const {
    const auto address = reinterpret_cast<std::uintptr_t>(frame);
    return begin < address && address <= end;  // a frame is the return address of a call
  }
};

struct Origins {
  std::vector<Range> unfailing;
  Range program;  // the test's own: its malloc among it
  Range connector;
};
Origins origins;

struct ClosePipe {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

void find_unfailing() {
  Dl_info library{};
  ::dladdr(reinterpret_cast<void*>(&winnow_abi_version), &library);
  const auto base = reinterpret_cast<std::uintptr_t>(library.dli_fbase);
  const auto command = "nm -S '" + std::string(library.dli_fname) + "'";
  const std::unique_ptr<std::FILE, ClosePipe> pipe(::popen(command.c_str(), "re"));
  std::array<char, 16384> line{};
  while (pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
    // `address size type name`
    if (std::string_view(line.data()).find("10json_value7destroyE") == std::string_view::npos) {
      continue;
    }
    char* rest = nullptr;
    const auto begin = base + std::strtoull(line.data(), &rest, 16);
    origins.unfailing.push_back({begin, begin + std::strtoull(rest, nullptr, 16)});
  }
  if (origins.unfailing.empty()) {
    throw std::runtime_error("nlohmann's destructor is not found by nm");
  }
}

Range range_of(const dl_phdr_info& object) {
  Range range{.begin = object.dlpi_addr, .end = object.dlpi_addr};
  for (int i = 0; i < object.dlpi_phnum; ++i) {
    const auto& part = object.dlpi_phdr[i];
    if (part.p_type != PT_LOAD) continue;
    range.end = std::max<std::uintptr_t>(range.end, object.dlpi_addr + part.p_vaddr + part.p_memsz);
  }
  return range;
}

int note_object(dl_phdr_info* object, std::size_t /*size*/, void* /*context*/) {
  const std::string_view name = object->dlpi_name;
  if (name.empty() && origins.program.end == 0) origins.program = range_of(*object);
  if (name.find("libmariadb.so") != std::string_view::npos) origins.connector = range_of(*object);
  return 0;
}

}  // namespace

void learn_origins() {
  if (!origins.unfailing.empty()) return;
  find_unfailing();
  ::dl_iterate_phdr(note_object, nullptr);
  if (origins.program.end == 0 || origins.connector.end == 0) {
    throw std::runtime_error("where libmariadb lies is not found");
  }
  std::array<void*, 4> first{};
  ::backtrace(first.data(), first.size());  // it allocates the first time
}

Origin origin_of_allocation() {
  std::array<void*, 48> frames{};
  const auto begin = frames.begin();
  const auto end = begin + ::backtrace(frames.data(), static_cast<int>(frames.size()));
  const auto unfailing = [](void* frame) {
    return std::any_of(origins.unfailing.begin(), origins.unfailing.end(),
                       [frame](const Range& range) { return range.has(frame); });
  };
  if (std::any_of(begin, end, unfailing)) return Origin::unfailing;
  const auto caller =
      std::find_if_not(begin, end, [](void* frame) { return origins.program.has(frame); });
  return caller != end && origins.connector.has(*caller) ? Origin::connector : Origin::any;
}

}  // namespace winnow::tests
