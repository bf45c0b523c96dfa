// What the library replied, given back to it at its end.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "abi/winnow.h"

using Json = nlohmann::json;

struct Buffer : winnow_buffer {
  Buffer() : winnow_buffer{sizeof(winnow_buffer), 0, nullptr, 0} {}
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { winnow_buffer_free(this); }
  Json json() const { return Json::parse(std::string(data, length)); }
};
