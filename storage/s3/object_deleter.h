// Deletes objects, a thousand at a time if the server can do that.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/s3/folders.h"
#include "storage/s3/http_client.h"
#include "storage/s3/responses.h"

namespace winnow::storage::s3 {

// Features that a server turned out to lack; shared by all clients of a storage. Thread-safe.
struct ServerLimits {
  std::atomic<bool> no_checksum_header{false};
  std::atomic<bool> no_batches{false};  // DeleteObjects is not implemented
};

// An object of an execution.
struct OwnedObject {
  ObjectName name;
  ExecutionPrefix* execution;
  bool is_file;
};

class ObjectDeleter {
 public:
  // Receives the results. A failure names the object, or the request.
  struct Listener {
    std::function<void(const OwnedObject&, bool existed)> deleted;
    std::function<void(ExecutionPrefix&, Failure)> failed;
  };

  // All arguments must outlive it and the client's run.
  ObjectDeleter(const S3Settings& settings, HttpClient& client, ServerLimits& limits,
                Listener listener)
      : settings_(settings), client_(client), limits_(limits), listener_(std::move(listener)) {}

  void add(OwnedObject object);
  // Sends what add() has collected for a batch.
  void flush();

 private:
  using Objects = std::shared_ptr<std::vector<OwnedObject>>;
  enum class Form { with_checksum, plain };

  // `reason`: why it is sent again (from the second round on).
  void send_batch(const Objects& objects, Form form, int round, std::string reason);
  Handled take_batch(const Objects& objects, Form form, int round, const Response& response,
                     bool last);
  Handled take_result(const Objects& objects, int round, const Response& response, bool last);
  void send_single(OwnedObject object);
  Handled take_single(const OwnedObject& object, const Response& response, bool last);

  const S3Settings& settings_;
  HttpClient& client_;
  ServerLimits& limits_;
  Listener listener_;
  std::vector<OwnedObject> queue_;
};

// Whether the error of one request applies to all of them: the bucket, the credentials.
bool is_of_the_whole(const Response& response);

Failure object_failure(const S3Settings& settings, const std::string& key, const std::string& why);

}  // namespace winnow::storage::s3
