#include "bench/native/writer.h"

#include <algorithm>
#include <chrono>
#include <iostream>
#include <poll.h>
#include <random>
#include <thread>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "bench/native/give_up.h"
#include "bench/native/server.h"

namespace winnow::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

bool stdin_ended() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return poll(&input, 1, 0) > 0;
}

std::string random_key() {
  constexpr std::string_view kLetters =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t kSize = 22;
  static std::mt19937_64 random(std::random_device{}());
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string key(kSize, ' ');
  for (char& place : key) place = kLetters[letter(random)];
  return key;
}

class Writer {
 public:
  explicit Writer(const std::string& url) : server_(connect(url)) {
    const auto execution = first_document(
        "SELECT value FROM executions WHERE tenant_id = 'main' AND deleted = false"
        " ORDER BY end_date DESC LIMIT 1");
    execution_ = Json::parse(execution);
    log_ = Json::parse(
        first_document("SELECT value FROM logs WHERE execution_id IS NOT NULL LIMIT 1"));
    for (const std::string table : {"executions", "logs"}) {
      inserts_[table] = "INSERT INTO " + table + " (" + server_->quoted("key") +
                        ", value) VALUES (" + server_->placeholder(1) + ", " +
                        server_->placeholder(2) + ")";
    }
  }

  void write_one(Clock::time_point due) {
    const std::string id = random_key();
    execution_["id"] = id;
    log_["executionId"] = id;
    insert("executions", id, execution_, due);
    for (int i = 0; i < 2; ++i) insert("logs", random_key(), log_, Clock::now());
  }

  Json report() {
    if (latencies_.empty()) give_up("nothing was written");
    std::ranges::sort(latencies_);
    const auto at = [this](double share) {
      return latencies_[static_cast<std::size_t>(share *
                                                 static_cast<double>(latencies_.size() - 1))];
    };
    return {{"count", latencies_.size()},
            {"p50_us", at(0.5)},
            {"p99_us", at(0.99)},
            {"max_us", latencies_.back()}};
  }

 private:
  std::string first_document(const std::string& sql) {
    const auto rows = server_->query(sql);
    if (rows.empty()) give_up("no row to copy: " + sql);
    return rows.front().front().value_or("{}");
  }

  void insert(const std::string& table, const std::string& key, const Json& document,
              Clock::time_point due) {
    server_->execute(inserts_[table], {key, document.dump()});
    latencies_.push_back(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - due).count());
  }

  std::unique_ptr<Server> server_;
  Json execution_;
  Json log_;
  std::map<std::string, std::string> inserts_;
  std::vector<std::int64_t> latencies_;
};

}  // namespace

void write_until_stdin_ends(const std::string& url, int per_second) {
  Writer writer(url);
  const auto pace = std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second;
  auto due = Clock::now();
  // At least one, however short the purge beside it is.
  do {
    std::this_thread::sleep_until(due);
    writer.write_one(due);
    due += pace;
  } while (!stdin_ended());
  std::cout << writer.report() << '\n';
}

}  // namespace winnow::bench
