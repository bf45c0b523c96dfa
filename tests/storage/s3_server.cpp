#include "tests/storage/s3_server.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pugixml.hpp>
#include <sys/socket.h>

#include "document/strings.h"

namespace winnow::tests {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// A whole request at the head of the buffer, taken out of it; nothing while it is incomplete.
std::optional<SeenRequest> take_request(std::string& buffer) {
  const auto end = buffer.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  SeenRequest request;
  std::size_t at = buffer.find("\r\n");
  const std::string first = buffer.substr(0, at);
  const auto space = first.find(' ');
  request.method = first.substr(0, space);
  std::string target = first.substr(space + 1, first.rfind(' ') - space - 1);
  const auto mark = target.find('?');
  if (mark != std::string::npos) {
    std::string query = target.substr(mark + 1) + "&";
    target.resize(mark);
    for (std::size_t from = 0; from < query.size();) {
      const auto amp = query.find('&', from);
      const std::string pair = query.substr(from, amp - from);
      const auto equals = pair.find('=');
      request.query[decoded(pair.substr(0, equals))] =
          equals == std::string::npos ? "" : decoded(pair.substr(equals + 1));
      from = amp + 1;
    }
  }
  request.path = decoded(target);
  for (at += 2; at < end;) {
    const auto line_end = buffer.find("\r\n", at);
    const auto colon = buffer.find(':', at);
    const auto value = buffer.find_first_not_of(' ', colon + 1);
    request.headers[lower(buffer.substr(at, colon - at))] =
        value < line_end ? buffer.substr(value, line_end - value) : "";
    at = line_end + 2;
  }
  const auto length = request.headers.contains("content-length")
                          ? std::stoul(request.headers["content-length"])
                          : 0UL;
  if (buffer.size() < end + 4 + length) return std::nullopt;
  request.body = buffer.substr(end + 4, length);
  buffer.erase(0, end + 4 + length);
  return request;
}

void send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void reset(int socket) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

// As S3 does for encoding-type=url.
std::string url(const std::string& key) {
  return document::percent_encoded(key, "/");
}

}  // namespace

S3Server::S3Server() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);  // NOLINT: what sockets are
  if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, plain, &size) != 0) {
    throw std::runtime_error("no socket for the S3 server");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

S3Server::~S3Server() {
  over_ = true;
  release();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard guard(mutex_);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void S3Server::put(const std::string& key, const std::string& last_modified) {
  const std::lock_guard guard(mutex_);
  objects_[key] = last_modified;
}

void S3Server::put_version(const std::string& key, const std::string& version, bool is_marker) {
  const std::lock_guard guard(mutex_);
  versions_[key].insert(versions_[key].begin(), {version, is_marker});
}

std::size_t S3Server::versions() const {
  const std::lock_guard guard(mutex_);
  std::size_t count = 0;
  for (const auto& [key, versions] : versions_) count += versions.size();
  return count;
}

std::set<std::string> S3Server::keys() const {
  const std::lock_guard guard(mutex_);
  std::set<std::string> keys;
  for (const auto& [key, date] : objects_) keys.insert(key);
  return keys;
}

void S3Server::behave(std::function<Conduct(const SeenRequest&)> conduct) {
  const std::lock_guard guard(mutex_);
  conduct_ = std::move(conduct);
}

std::vector<SeenRequest> S3Server::seen() const {
  const std::lock_guard guard(mutex_);
  return seen_;
}

void S3Server::await_held(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_ >= count; });
}

void S3Server::release() {
  const std::lock_guard guard(mutex_);
  released_ = true;
  changed_.notify_all();
}

void S3Server::accept_all() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const std::lock_guard guard(mutex_);
    open_.insert(socket);
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void S3Server::serve(int socket) {
  std::string buffer;
  while (answer_one(socket, buffer)) {
  }
  const std::lock_guard guard(mutex_);
  open_.erase(socket);
  ::close(socket);
}

bool S3Server::answer_one(int socket, std::string& buffer) {
  std::optional<SeenRequest> request;
  while (!(request = take_request(buffer))) {
    char bytes[16384];
    const auto got = ::recv(socket, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer.append(bytes, static_cast<std::size_t>(got));
  }
  const auto now = ++at_once_;
  Conduct conduct;
  {
    std::unique_lock lock(mutex_);
    most_at_once_ = std::max(most_at_once_.load(), now);
    seen_.push_back(*request);
    if (conduct_) conduct = conduct_(*request);
    if (conduct.kind == Conduct::Kind::hold) {
      ++held_;
      changed_.notify_all();
      changed_.wait(lock, [&] { return released_; });
      --at_once_;
      return false;
    }
  }
  int status = conduct.status;
  std::string body = conduct.body;
  const bool works =
      conduct.kind == Conduct::Kind::properly || conduct.kind == Conduct::Kind::cut_after;
  if (works) body = perform(*request, conduct, status);
  --at_once_;
  if (conduct.kind == Conduct::Kind::cut_before) {
    reset(socket);
    return false;
  }
  const std::string head =
      "HTTP/1.1 " + std::to_string(status) +
      " x\r\nContent-Type: application/xml\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n";
  if (conduct.kind == Conduct::Kind::cut_after) {
    send_all(socket, head + body.substr(0, body.size() / 2));
    reset(socket);
    return false;
  }
  send_all(socket, status == 204 ? "HTTP/1.1 204 x\r\n\r\n" : head + body);
  return true;
}

std::string S3Server::perform(const SeenRequest& request, const Conduct& conduct, int& status) {
  const std::lock_guard guard(mutex_);
  if (request.query.contains("versions")) return list_versions(request);
  if (request.is_list() || request.is_probe()) return list(request, conduct);
  if (request.is_deletion()) return delete_many(request, conduct);
  if (request.method == "DELETE") {
    const auto version = request.query.find("versionId");
    erase(request.path.substr(request.path.find('/', 1) + 1),
          version == request.query.end() ? "" : version->second);
    status = 204;
    return {};
  }
  status = 501;
  return "<Error><Code>NotImplemented</Code></Error>";
}

std::string S3Server::list(const SeenRequest& request, const Conduct& conduct) {
  const auto value = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  std::string after = conduct.ignores_start ? "" : value("start-after");
  if (!value("continuation-token").empty()) after = value("continuation-token");
  const auto asked = value("max-keys");
  const auto most = asked.empty() ? page_size : std::min(page_size, std::stoul(asked));
  std::vector<std::string> page = conduct.also_lists;
  std::string last;
  bool more = false;
  for (const auto& [key, date] : objects_) {
    if (key <= after || !key.starts_with(value("prefix"))) continue;
    more = page.size() >= most;
    if (more) break;
    page.push_back(key);
    last = key;
  }
  if (conduct.unordered) std::reverse(page.begin(), page.end());
  pugi::xml_document document;
  auto root = document.append_child("ListBucketResult");
  root.append_child("IsTruncated").text() = more;
  if (!conduct.hides_encoding) root.append_child("EncodingType").text() = "url";
  if (more) root.append_child("NextContinuationToken").text() = last.c_str();
  for (const auto& key : page) {
    auto object = root.append_child("Contents");
    object.append_child("Key").text() = url(key).c_str();
    object.append_child("LastModified").text() = objects_[key].c_str();
  }
  for (const auto& key : conduct.also_lists) {
    if (objects_[key].empty()) objects_.erase(key);
  }
  std::ostringstream text;
  document.save(text);
  return text.str();
}

bool S3Server::erase(const std::string& key, const std::string& version) {
  if (version.empty() || version == "null") return objects_.erase(key) > 0;
  return std::erase_if(versions_[key], [&](const auto& each) { return each.id == version; }) > 0;
}

// The current object has the version "null"; one entry at a time fills a page early.
std::string S3Server::list_versions(const SeenRequest& request) {
  const auto value = [&](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  struct Entry {
    std::string key;
    std::string version;
    bool is_marker;
    bool is_latest;
  };
  std::vector<Entry> all;
  std::set<std::string> keys;
  for (const auto& [key, date] : objects_) keys.insert(key);
  for (const auto& [key, versions] : versions_) keys.insert(key);
  for (const auto& key : keys) {
    if (!key.starts_with(value("prefix"))) continue;
    bool latest = true;
    if (objects_.contains(key)) all.push_back({key, "null", false, std::exchange(latest, false)});
    for (const auto& each : versions_[key]) {
      all.push_back({key, each.id, each.is_marker, std::exchange(latest, false)});
    }
  }
  std::size_t from = 0;
  if (!value("key-marker").empty()) {
    while (from < all.size() && (all[from].key != value("key-marker") ||
                                 all[from].version != value("version-id-marker"))) {
      ++from;
    }
    ++from;
  }
  pugi::xml_document document;
  auto root = document.append_child("ListVersionsResult");
  const std::size_t end = std::min(all.size(), from + page_size);
  root.append_child("IsTruncated").text() = end < all.size();
  root.append_child("EncodingType").text() = "url";
  if (end < all.size()) {
    root.append_child("NextKeyMarker").text() = url(all[end - 1].key).c_str();
    root.append_child("NextVersionIdMarker").text() = all[end - 1].version.c_str();
  }
  for (std::size_t i = from; i < end; ++i) {
    auto entry = root.append_child(all[i].is_marker ? "DeleteMarker" : "Version");
    entry.append_child("Key").text() = url(all[i].key).c_str();
    entry.append_child("VersionId").text() = all[i].version.c_str();
    entry.append_child("IsLatest").text() = all[i].is_latest;
  }
  std::ostringstream text;
  document.save(text);
  return text.str();
}

std::string S3Server::delete_many(const SeenRequest& request, const Conduct& conduct) {
  pugi::xml_document asked;
  asked.load_string(request.body.c_str());
  pugi::xml_document document;
  auto root = document.append_child("DeleteResult");
  for (const auto& object : asked.child("Delete").children("Object")) {
    const std::string key = object.child("Key").text().get();
    const auto error = conduct.key_errors.find(key);
    if (error != conduct.key_errors.end()) {
      auto entry = root.append_child("Error");
      entry.append_child("Key").text() = key.c_str();
      entry.append_child("Code").text() = error->second.c_str();
      entry.append_child("Message").text() = "as the test says";
      continue;
    }
    const std::string version = object.child("VersionId").text().get();
    erase(key, version);
    if (conduct.silent_about.contains(key)) continue;
    auto deleted = root.append_child("Deleted");
    deleted.append_child("Key").text() = key.c_str();
    if (!version.empty()) deleted.append_child("VersionId").text() = version.c_str();
  }
  std::ostringstream text;
  document.save(text);
  return text.str();
}

}  // namespace winnow::tests
