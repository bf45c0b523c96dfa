#include "storage/s3/http_client.h"

#include <algorithm>
#include <new>

#include "document/utf8.h"
#include "storage/s3/responses.h"

namespace winnow::storage::s3 {
namespace {

using std::chrono::milliseconds;

constexpr int kTries = 8;  // about ten seconds of pauses in all
constexpr milliseconds kLongestPause(4'000);
constexpr milliseconds kLongestWait(1'000);

// libcurl's own start, once in a process; thread-safe in the versions that are built against.
bool start_curl() {
  struct Start {
    Start() : ready(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {}
    Start(const Start&) = delete;
    Start& operator=(const Start&) = delete;
    ~Start() {
      if (ready) curl_global_cleanup();
    }
    bool ready;
  };
  static const Start start;
  return start.ready;
}

bool is_about_request(long status) {
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

// 501 and 505 are about the request. Networks that stand before a server have numbers of their own
// above 504.
bool is_trouble(const Response& response) {
  const auto status = response.status;
  if (status == 408 || status == 429) return true;
  if (status >= 500) return status != 501 && status != 505;
  const auto error = status >= 400 ? read_error(response.body) : std::nullopt;
  return error && is_passing(error->code);
}

// Whether a retry may help. A certificate that does not fit stays as it is.
bool is_retryable(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_WRITE_ERROR:  // larger than any response should be
    case CURLE_OUT_OF_MEMORY:
      return false;
    default:
      return true;
  }
}

// OpenSSL's words for an answer that is no TLS at all.
bool answers_without_tls(CURLcode code, std::string_view reason) {
  return code == CURLE_SSL_CONNECT_ERROR &&
         (reason.find("wrong version number") != std::string_view::npos ||
          reason.find("packet length too long") != std::string_view::npos ||
          reason.find("http request") != std::string_view::npos);
}

std::string place_of(const std::optional<ServerError>& error) {
  if (!error) return {};
  const auto& place = error->region.empty() ? error->endpoint : error->region;
  return place.empty() ? "" : " (" + document::printable(place.substr(0, 200)) + ")";
}

}  // namespace

struct HttpClient::PendingRequest {
  Request request;
  ResponseHandler handler;
  int tries = 0;
  Clock::time_point not_before{};
};

struct HttpClient::InFlight {
  CURL* handle;
  std::unique_ptr<PendingRequest> pending;
  Transfer transfer;
};

HttpClient::HttpClient(const S3Settings& settings)
    : settings_(settings),
      target_(settings),
      multi_(start_curl() ? curl_multi_init() : nullptr),
      random_(std::random_device{}()) {
  if (multi_ == nullptr) throw std::bad_alloc();
  // So that none of them grows, and fails, while libcurl holds on to what it keeps.
  in_flight_.reserve(static_cast<std::size_t>(settings.requests));
  idle_.reserve(static_cast<std::size_t>(settings.requests));
}

HttpClient::~HttpClient() {
  clear();
  for (CURL* handle : idle_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

void HttpClient::send(Request request, ResponseHandler handler, Priority priority) {
  auto pending = std::make_unique<PendingRequest>();
  pending->request = std::move(request);
  pending->handler = std::move(handler);
  if (priority == Priority::first) {
    pending_.push_front(std::move(pending));
  } else {
    pending_.push_back(std::move(pending));
  }
}

void HttpClient::send_later(Request request, ResponseHandler handler, int tries,
                            std::string reason) {
  auto pending = std::make_unique<PendingRequest>();
  pending->request = std::move(request);
  pending->handler = std::move(handler);
  pending->tries = tries;
  pending->not_before = Clock::now() + pause(tries);
  trouble_ = std::move(reason);
  retries_.push_back(std::move(pending));
}

void HttpClient::stop(Failure failure) {
  if (failed_) return;
  failed_ = true;
  failure_ = std::move(failure);
}

RunEnd HttpClient::run(const Cancellation& cancellation, const Deadlines& deadlines) {
  failed_ = false;
  trouble_.clear();
  RunEnd end = RunEnd::complete;
  while (true) {
    const auto now = Clock::now();
    const bool closing = now >= deadlines.last_begin;
    if (cancellation.requested()) end = RunEnd::cancelled;
    if (failed_) end = RunEnd::failed;
    if (now >= deadlines.end) end = RunEnd::time_up;
    if (end != RunEnd::complete) break;
    if (!closing) begin_due(now);
    if (in_flight_.empty()) {
      if (pending_.empty() && retries_.empty()) break;
      if (closing) {
        end = RunEnd::time_up;
        break;
      }
    }
    wait(cancellation, closing ? deadlines.end : std::min(deadlines.last_begin, deadlines.end));
    complete_finished();
  }
  clear();
  return end;
}

// As many as may be in flight, those first that were tried before.
void HttpClient::begin_due(Clock::time_point now) {
  const auto most = static_cast<std::size_t>(settings_.requests);
  for (std::size_t i = 0; i < retries_.size() && in_flight_.size() < most;) {
    if (retries_[i]->not_before > now) {
      ++i;
      continue;
    }
    auto pending = std::move(retries_[i]);
    retries_.erase(retries_.begin() + static_cast<std::ptrdiff_t>(i));
    begin(std::move(pending));
  }
  while (!pending_.empty() && in_flight_.size() < most) {
    auto pending = std::move(pending_.front());
    pending_.pop_front();
    begin(std::move(pending));
  }
}

void HttpClient::begin(std::unique_ptr<PendingRequest> pending) {
  if (idle_.empty()) {
    CURL* made = curl_easy_init();
    if (made == nullptr) throw std::bad_alloc();
    idle_.push_back(made);
  }
  CURL* handle = idle_.back();
  curl_easy_reset(handle);
  const Request& request = pending->request;
  std::unique_ptr<InFlight> in_flight(
      new InFlight{handle, std::move(pending), Transfer(handle, settings_, target_, request)});
  if (curl_multi_add_handle(multi_, handle) != CURLM_OK) throw std::bad_alloc();
  idle_.pop_back();
  in_flight_.push_back(std::move(in_flight));
}

void HttpClient::wait(const Cancellation& cancellation, Clock::time_point until) {
  int running = 0;
  curl_multi_perform(multi_, &running);
  if (running < static_cast<int>(in_flight_.size())) return;  // something is complete already
  auto next = std::min(until, Clock::now() + kLongestWait);
  if (in_flight_.size() < static_cast<std::size_t>(settings_.requests)) {
    for (const auto& pending : retries_) next = std::min(next, pending->not_before);
  }
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  curl_waitfd wake{.fd = cancellation.wake_descriptor(), .events = CURL_WAIT_POLLIN, .revents = 0};
  const unsigned int extra = wake.fd < 0 ? 0 : 1;
  curl_multi_poll(multi_, &wake, extra, static_cast<int>(std::max<std::int64_t>(left, 0)), nullptr);
  curl_multi_perform(multi_, &running);
}

void HttpClient::complete_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) on_complete(message->easy_handle, message->data.result);
    if (failed_) return;
  }
}

void HttpClient::on_complete(CURL* handle, CURLcode code) {
  const auto place =
      std::ranges::find_if(in_flight_, [&](const auto& each) { return each->handle == handle; });
  const auto in_flight = std::move(*place);
  in_flight_.erase(place);
  Response response{.status = 0, .body = std::move(in_flight->transfer.body())};
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &response.status);
  curl_multi_remove_handle(multi_, handle);
  // It points into the transfer. Its connection stays: that is the multi handle's.
  curl_easy_reset(handle);
  idle_.push_back(handle);
  auto& pending = in_flight->pending;
  ++pending->tries;
  // After the last try what is wrong with one request is its handler's business, and no other's.
  const bool given_up = pending->tries >= kTries && is_about_request(response.status);
  if (code == CURLE_OK && (given_up || !is_trouble(response))) {
    this->handle(std::move(pending), response);
  } else if (code == CURLE_OK) {
    const auto error = read_error(response.body);
    retry(std::move(pending), "it answered " + std::to_string(response.status) +
                                  (error ? " " + document::printable(error->code) : ""));
  } else {
    const auto reason = document::printable(in_flight->transfer.error(code));
    if (!is_retryable(code)) return give_up(reason, MayPass::no);
    if (answers_without_tls(code, reason)) {
      return give_up(reason +
                         "; what listens there does not speak TLS: `endpoint` may have to begin "
                         "with http://",
                     MayPass::no);
    }
    retry(std::move(pending), reason);
  }
}

void HttpClient::handle(std::unique_ptr<PendingRequest> pending, const Response& response) {
  const bool last = pending->tries >= kTries;
  if (pending->handler(response, last) == Handled::done || last) return;
  retry(std::move(pending), "its response could not be used");
}

void HttpClient::give_up(const std::string& reason, MayPass may_pass) {
  Failure failure{.kind = FailureKind::storage,
                  .message = "the storage at " + document::printable(settings_.endpoint) +
                             " (bucket " + document::printable(settings_.bucket) +
                             ") can't be used: " + reason};
  failure.retryable = may_pass == MayPass::yes;
  stop(std::move(failure));
}

void HttpClient::retry(std::unique_ptr<PendingRequest> pending, const std::string& reason) {
  if (pending->tries >= kTries) return give_up(reason, MayPass::yes);
  pending->not_before = Clock::now() + pause(pending->tries);
  trouble_ = reason;
  retries_.push_back(std::move(pending));
}

// Doubled each time; half of it is chance, so that many that failed together don't come back
// together.
HttpClient::Clock::duration HttpClient::pause(int tries) {
  const auto whole =
      std::min(kLongestPause, milliseconds(settings_.pause_ms) * (1 << std::min(tries - 1, 10)));
  const auto half = static_cast<int>(whole.count() / 2);
  return milliseconds(half + std::uniform_int_distribution<int>(0, half)(random_));
}

void HttpClient::clear() noexcept {
  for (auto& each : in_flight_) {
    curl_multi_remove_handle(multi_, each->handle);
    curl_easy_cleanup(each->handle);  // in mid-response: its connection is of no more use
  }
  in_flight_.clear();
  pending_.clear();
  retries_.clear();
}

Failure response_failure(const S3Settings& settings, const std::string& doing,
                         const Response& response) {
  const auto error = read_error(response.body);
  std::string message = "can't " + doing + " in bucket " + document::printable(settings.bucket) +
                        " at " + document::printable(settings.endpoint) + ": it answered " +
                        std::to_string(response.status);
  if (error) {
    message += " " + document::printable(error->code) + ": " +
               document::printable(error->message.substr(0, 500));
  }
  const bool other_region =
      error && error->code == "AuthorizationHeaderMalformed" && !error->region.empty();
  if (response.status == 301 || response.status == 307 || other_region) {
    message += "; the bucket is of another region or behind another endpoint" + place_of(error) +
               ": set `region` and `endpoint` of the storage";
  }
  return Failure{.kind = FailureKind::storage, .message = std::move(message)};
}

}  // namespace winnow::storage::s3
