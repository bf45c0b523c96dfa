// Builds one Document from the events of a parser, whichever language it reads, and holds it to the
// bounds that keep a hostile text from using up memory or stack.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::document {

struct Refusal {
  int line = 0;
  std::string reason;
  std::string pointer;

  Failure failure(const std::string& name) const;
};

// A value that was built before and stands in for an alias.
// NOLINTNEXTLINE(bugprone-exception-escape): clang-tidy takes Json's move for one that throws
struct Anchored {
  Json value;
  std::size_t values = 1;  // how many there are inside, itself counted
  std::size_t depth = 1;
};

// Every function returns false once the text is refused; the parser must stop then.
// NOLINTNEXTLINE(bugprone-exception-escape): as above
class TreeBuilder {
 public:
  // What becomes of a key that stands twice: kept, the object has two members of its name, of which
  // lines has the last.
  enum class Repeated { refused, kept };
  explicit TreeBuilder(Repeated repeated = Repeated::refused) : repeated_(repeated) {}

  bool begin_object(int line) { return begin(Json::object(), line); }
  bool begin_array(int line) { return begin(Json::array(), line); }
  bool key(std::string name, int line);
  bool scalar(Json value, int line);
  bool alias(const Anchored& anchored, int line);
  // Ends the innermost container. With `keep` its value is copied there, to serve aliases.
  bool end(int line, std::optional<Anchored>* keep = nullptr);
  bool refuse(int line, std::string reason, std::string pointer = {});

  // The next string is a key of an object.
  bool expects_key() const {
    return !frames_.empty() && frames_.back().value.is_object() && !frames_.back().key;
  }
  const std::optional<Refusal>& refusal() const { return refusal_; }
  Document take(std::string name) &&;

 private:
  struct Frame {
    Json value;
    std::string pointer;
    int line = 0;  // of the key, or of the value itself
    std::set<std::string> keys = {};
    std::optional<std::string> key = {};
    int key_line = 0;
    std::size_t first_value = 0;  // values_ when it began
    std::size_t depth = 1;        // deepest level below it, itself counted
  };

  bool begin(Json empty, int line);
  bool counts(std::size_t values, std::size_t depth, int line);
  std::string next_pointer() const;
  bool place(Json value, const std::string& pointer, int line, std::size_t depth);

  Repeated repeated_;
  std::vector<Frame> frames_;
  Document document_;
  std::optional<Refusal> refusal_;
  std::size_t values_ = 0;
  std::size_t pointer_bytes_ = 0;
};

}  // namespace winnow::document
