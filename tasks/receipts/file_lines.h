// Reads a file line by line, from any position, with memory for one line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::tasks {

class FileLines {
 public:
  struct Line {
    // Without its line feed; valid until the next call.
    std::string_view text;
    // False: the file ends within the line.
    bool whole = true;
  };

  // The descriptor must outlive it; its position is not used.
  FileLines(int descriptor, std::string path, std::int64_t from)
      : descriptor_(descriptor), path_(std::move(path)), read_to_(from) {}

  // Nothing at the end of the file. A storage failure if it can't be read, or a line is longer than
  // any receipt.
  Outcome<std::optional<Line>> next();

 private:
  Outcome<bool> read_more();

  int descriptor_;
  std::string path_;
  std::int64_t read_to_;
  std::string buffer_;
  std::size_t taken_ = 0;
  bool ended_ = false;
};

// The start of the last line that begins with `beginning`, searched from the end; nothing: there is
// none. `size`: the size of the relevant part of the file.
Outcome<std::optional<std::int64_t>> last_line_with(int descriptor, const std::string& path,
                                                    std::int64_t size, std::string_view beginning);

// A storage failure with the file's name and the text of errno.
tl::unexpected<Failure> file_failure(const std::string& path, const char* what);

}  // namespace winnow::tasks
