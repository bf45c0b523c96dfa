// A small S3 server for tests, on loopback: keeps keys in memory, supports the requests that winnow
// sends, and responds wrongly on demand. versitygw and MinIO test what a real server requires
// (signatures, checksums).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace winnow::tests {

struct SeenRequest {
  std::string method;
  std::string path;                            // decoded
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  // Pages of a listing; one that asks for a single key only wants to know whether there is any.
  bool is_list() const {
    return (query.contains("list-type") || query.contains("versions")) && !is_probe();
  }
  bool is_probe() const { return most_keys() == "1"; }
  std::string most_keys() const {
    const auto found = query.find("max-keys");
    return found == query.end() ? "" : found->second;
  }
  bool is_deletion() const { return query.contains("delete"); }
  bool is_single_deletion() const { return method == "DELETE"; }
};

// How one request is answered.
struct Conduct {
  enum class Kind {
    properly,
    instead,     // with `status` and `body`, and nothing is done
    cut_after,   // does the work, resets the connection in mid-response
    cut_before,  // the connection is reset, nothing is done
    hold         // no response until release()
  };
  Kind kind = Kind::properly;
  int status = 200;
  std::string body = {};
  std::map<std::string, std::string> key_errors = {};  // key -> code: these stay
  std::set<std::string> silent_about = {};   // keys that are deleted but missing in the response
  bool unordered = false;                    // the listing in reverse
  bool ignores_start = false;                // start-after has no effect
  bool hides_encoding = false;               // keys are encoded, and the listing does not say so
  std::vector<std::string> also_lists = {};  // keys that were not requested
};

class S3Server {
 public:
  S3Server();
  S3Server(const S3Server&) = delete;
  S3Server& operator=(const S3Server&) = delete;
  ~S3Server();

  int port() const { return port_; }
  std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

  void put(const std::string& key, const std::string& last_modified = "2026-01-01T00:00:00.000Z");
  std::set<std::string> keys() const;
  // An older version, or a delete marker, of a bucket with versions.
  void put_version(const std::string& key, const std::string& version, bool is_marker = false);
  std::size_t versions() const;

  // Asked for each request in the order of their arrival, by one thread at a time.
  void behave(std::function<Conduct(const SeenRequest&)> conduct);
  std::vector<SeenRequest> seen() const;
  std::size_t most_at_once() const { return most_at_once_; }
  // Waits until this many requests are being held.
  void await_held(int count);
  void release();

  std::size_t page_size = 1'000;

 private:
  void accept_all();
  void serve(int socket);
  bool answer_one(int socket, std::string& buffer);
  std::string perform(const SeenRequest& request, const Conduct& conduct, int& status);
  std::string list(const SeenRequest& request, const Conduct& conduct);
  std::string list_versions(const SeenRequest& request);
  bool erase(const std::string& key, const std::string& version);
  std::string delete_many(const SeenRequest& request, const Conduct& conduct);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> over_{false};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  struct Version {
    std::string id;
    bool is_marker;
  };
  std::map<std::string, std::string> objects_;            // key -> last modified
  std::map<std::string, std::vector<Version>> versions_;  // key -> newest first, below its object
  std::function<Conduct(const SeenRequest&)> conduct_;
  std::vector<SeenRequest> seen_;
  std::set<int> open_;
  int held_ = 0;
  bool released_ = false;
  std::atomic<std::size_t> at_once_{0};
  std::atomic<std::size_t> most_at_once_{0};
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace winnow::tests
