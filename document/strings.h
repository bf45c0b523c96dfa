// Functions on strings for every folder: ASCII letters and digits, white space, numbers.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace winnow::document {

inline constexpr std::string_view kWhiteSpace = " \t\r\n";

// The string without the white space around it. It is a part of the same memory and lives as long.
constexpr std::string_view trimmed(std::string_view text, std::string_view unwanted = kWhiteSpace) {
  const auto first = text.find_first_not_of(unwanted);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(unwanted) - first + 1);
}

// ASCII alone, whatever the process's locale is.
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

// The digit's value; nothing for a character that is no hexadecimal digit.
constexpr std::optional<int> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char letter = lower(c);
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return std::nullopt;
}

inline constexpr std::string_view kLowerHexDigits = "0123456789abcdef";
inline constexpr std::string_view kUpperHexDigits = "0123456789ABCDEF";

// Two digits a byte.
inline std::string hexadecimal(std::string_view bytes, std::string_view digits = kLowerHexDigits) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char character : bytes) {
    const auto byte = static_cast<unsigned char>(character);
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

// `%20` for each byte but ASCII's letters and digits, `-`, `.`, `_`, `~` and those of `kept`.
inline std::string percent_encoded(std::string_view text, std::string_view kept = {}) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    const bool stays = is_letter(c) || is_digit(c) ||
                       std::string_view("-._~").find(c) != std::string_view::npos ||
                       kept.find(c) != std::string_view::npos;
    encoded += stays ? std::string(1, c) : '%' + hexadecimal({&c, 1}, kUpperHexDigits);
  }
  return encoded;
}

// The number that the whole string is; nothing where it is not one, or one that does not fit.
template <std::integral Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}
template <std::floating_point Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

// The string between two such quotes, those inside of it doubled.
inline std::string quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += quote;
    result += c;
  }
  return result + quote;
}

// The parts between the separators, empty ones too: one more than there are separators.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

inline std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const auto& part : parts) {
    if (&part != parts.data()) text += separator;
    text += part;
  }
  return text;
}

// "1 row", "2 rows": for messages. The noun takes an s.
template <std::integral Number>
std::string counted(Number count, std::string_view noun) {
  auto text = std::to_string(count) + " " + std::string(noun);
  return count == 1 ? text : text + "s";
}

}  // namespace winnow::document
