// SHA-256 in hexadecimal digits: of what was agreed on, and of what a record holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's, which its users need not find

namespace winnow::document {

// Of parts, one after the other.
class Sha256 {
 public:
  Sha256();

  void add(std::string_view part);
  // Once, at the end. Empty where the machine's OpenSSL refuses.
  std::string text();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
  bool works_;
};

// Of one part.
std::string sha256(std::string_view bytes);

}  // namespace winnow::document
