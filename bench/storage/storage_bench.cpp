// Measures how fast files are deleted from a bucket: by the storage as a purge uses it, and by
// plain DeleteObjects of 1,000 keys as in a bulk deletion by prefix (`mc rm --recursive`). Prints
// one JSON line per case.
//
//   winnow-storage-bench URL [EXECUTIONS [FILES [BATCH]]]
//   URL as tests/servers/versitygw.sh prints it
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "tests/storage/s3_bed.h"

namespace {

using namespace winnow;  // NOLINT(google-build-using-namespace): a program of one file
using Clock = std::chrono::steady_clock;
using storage::ExecutionFolder;
using storage::s3::Handled;
using storage::s3::HttpClient;
using storage::s3::Request;
using storage::s3::Response;

const Cancellation kNever;

struct Load {
  std::size_t executions;
  std::size_t files;  // per execution
};

std::string key_of(std::size_t execution, std::size_t file) {
  // Ids are distributed like Kestra's.
  return "main/company/team/flow/executions/" +
         std::to_string(execution * 2'654'435'761U % 4'294'967'291U) + "/in/f" +
         std::to_string(file);
}

void drain(HttpClient& client) {
  const auto end =
      client.run(kNever, {.last_begin = storage::kNoDeadline, .end = storage::kNoDeadline});
  if (end != storage::s3::RunEnd::complete) throw std::runtime_error(client.failure().message);
}

void fill(const storage::S3Settings& settings, const Load& load) {
  HttpClient client(settings);
  for (std::size_t execution = 0; execution < load.executions; ++execution) {
    for (std::size_t file = 0; file < load.files; ++file) {
      client.send(
          {.method = "PUT", .key = key_of(execution, file), .body = "x"},
          [](const Response& response, bool) {
            if (response.status != 200) throw std::runtime_error(response.body);
            return Handled::done;
          },
          HttpClient::Priority::in_turn);
    }
    if (execution % 500 == 499) drain(client);
  }
  drain(client);
}

// Lists page by page and deletes each page, with this many requests in flight.
class PlainDeletion {
 public:
  explicit PlainDeletion(const storage::S3Settings& settings) : client_(settings) {}

  std::size_t run() {
    list("");
    drain(client_);
    return files_;
  }

 private:
  void list(const std::string& token) {
    Request request;
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", "main/"}};
    if (!token.empty()) request.query["continuation-token"] = token;
    client_.send(
        std::move(request),
        [this](const Response& response, bool) {
          take(response);
          return Handled::done;
        },
        HttpClient::Priority::in_turn);
  }

  void take(const Response& response) {
    const auto page = storage::s3::read_page(response.body);
    if (!page) throw std::runtime_error(response.body);
    std::vector<storage::s3::ObjectName> names;
    for (const auto& object : page->objects) names.push_back({.key = object.key});
    files_ += names.size();
    if (!names.empty()) remove(names);
    if (!page->next.empty()) list(page->next);
  }

  void remove(const std::vector<storage::s3::ObjectName>& names) {
    client_.send(
        {.method = "POST", .query = {{"delete", ""}}, .body = storage::s3::write_deletion(names)},
        [](const Response& response, bool) {
          const auto result = storage::s3::read_delete_result(response.body);
          if (!result || !result->errors.empty()) throw std::runtime_error(response.body);
          return Handled::done;
        },
        HttpClient::Priority::in_turn);
  }

  HttpClient client_;
  std::size_t files_ = 0;
};

std::size_t by_storage(const storage::S3Settings& settings, const Load& load, std::size_t batch) {
  const auto bucket = tests::open_bucket(settings);
  std::size_t files = 0;
  for (std::size_t begin = 0; begin < load.executions; begin += batch) {
    std::vector<ExecutionFolder> folders;
    for (std::size_t i = begin; i < std::min(begin + batch, load.executions); ++i) {
      const std::string key = key_of(i, 0);
      const auto id = key.substr(34, key.find('/', 34) - 34);
      folders.push_back(
          {.tenant = "main", .name_space = "company.team", .flow = "flow", .execution = id});
    }
    for (const auto& removed : bucket->remove(folders, kNever)) {
      if (removed.failure) throw std::runtime_error(removed.failure->message);
      files += removed.files;
    }
  }
  return files;
}

template <class Work>
void measure(const char* name, const storage::S3Settings& settings, const Load& load, Work&& work) {
  fill(settings, load);
  const auto begun = Clock::now();
  const std::size_t files = work();
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf(
      "{\"case\": \"%s\", \"requests\": %d, \"files\": %zu, \"seconds\": %.3f, \"filesPerSecond\": "
      "%.0f}\n",
      name, settings.requests, files, seconds, static_cast<double>(files) / seconds);
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  try {
    if (count < 2)
      throw std::runtime_error("usage: winnow-storage-bench URL [EXECUTIONS [FILES [BATCH]]]");
    auto settings = tests::settings_of_url(words[1]);
    const Load load{.executions = count > 2 ? std::stoul(words[2]) : 5'000,
                    .files = count > 3 ? std::stoul(words[3]) : 2};
    const std::size_t batch = count > 4 ? std::stoul(words[4]) : 1'000;
    for (const int requests : {1, 16}) {
      settings.requests = requests;
      measure("DeleteObjects of 1,000", settings, load,
              [&] { return PlainDeletion(settings).run(); });
      measure("winnow", settings, load, [&] { return by_storage(settings, load, batch); });
    }
  } catch (const std::exception& defect) {
    std::fprintf(stderr, "winnow-storage-bench: %s\n", defect.what());
    return 1;
  }
  return 0;
}
