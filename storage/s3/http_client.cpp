#include "storage/s3/http_client.h"

#include <algorithm>
#include <array>
#include <new>

#include "document/utf8.h"
#include "storage/s3/responses.h"

namespace winnow::storage::s3 {
namespace {

using std::chrono::milliseconds;

constexpr int kTries = 8;  // about ten seconds of pauses in all
constexpr milliseconds kLongestPause(4'000);
constexpr std::size_t kLargestAnswer = std::size_t{32}
                                       << 20U;  // bytes; a page of 1,000 keys has 4 MB at most
constexpr milliseconds kConnectTimeout(10'000);
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

bool is_trouble(long status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

// What may be over when it is tried again. A certificate that does not fit stays as it is.
bool may_pass(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_WRITE_ERROR:  // larger than any answer should be
    case CURLE_OUT_OF_MEMORY:
      return false;
    default:
      return true;
  }
}

std::size_t take(char* data, std::size_t /*one*/, std::size_t size, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size > kLargestAnswer) return 0;
  try {
    text.append(data, size);
  } catch (const std::bad_alloc&) {
    return 0;  // no exception may pass through libcurl
  }
  return size;
}

using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

void add(Headers& headers, const std::string& line) {
  curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers.release());
  headers.reset(longer);
}

}  // namespace

struct Courier::Errand {
  Request request;
  Handler handler;
  int tried = 0;
  Clock::time_point not_before{};
};

struct Courier::Flight {
  CURL* handle = nullptr;
  std::unique_ptr<Errand> errand;
  Headers headers{nullptr, curl_slist_free_all};
  std::string body;
  std::array<char, CURL_ERROR_SIZE> error{};
};

Courier::Courier(const S3Settings& settings)
    : settings_(settings),
      credentials_{settings.access_key, settings.secret_key, settings.session_token},
      multi_(start_curl() ? curl_multi_init() : nullptr),
      random_(std::random_device{}()) {
  if (multi_ == nullptr) throw std::bad_alloc();
  // So that none of them grows, and fails, while libcurl holds on to what it keeps.
  flights_.reserve(static_cast<std::size_t>(settings.requests));
  idle_.reserve(static_cast<std::size_t>(settings.requests));
  const auto mark = settings.endpoint.find("://");
  const std::string scheme = settings.endpoint.substr(0, mark + 3);
  const std::string host = settings.endpoint.substr(mark + 3);
  host_ = settings.path_style ? host : settings.bucket + "." + host;
  base_url_ = scheme + host_;
  base_path_ = settings.path_style ? "/" + encoded(settings.bucket, false) : "";
}

Courier::~Courier() {
  clear();
  for (CURL* handle : idle_) curl_easy_cleanup(handle);
  curl_multi_cleanup(multi_);
}

void Courier::send(Request request, Handler handler, Rank rank) {
  auto errand = std::make_unique<Errand>();
  errand->request = std::move(request);
  errand->handler = std::move(handler);
  if (rank == Rank::next) {
    waiting_.push_front(std::move(errand));
  } else {
    waiting_.push_back(std::move(errand));
  }
}

void Courier::send_later(Request request, Handler handler, int tried) {
  auto errand = std::make_unique<Errand>();
  errand->request = std::move(request);
  errand->handler = std::move(handler);
  errand->tried = tried;
  errand->not_before = Clock::now() + pause(tried);
  resting_.push_back(std::move(errand));
}

void Courier::give_up(Failure failure) {
  if (failed_) return;
  failed_ = true;
  failure_ = std::move(failure);
}

Ended Courier::run(const Cancellation& cancellation, const Patience& patience) {
  failed_ = false;
  Ended ended = Ended::all_answered;
  while (true) {
    const auto now = Clock::now();
    const bool closing = now >= patience.no_more;
    if (cancellation.requested()) ended = Ended::cancelled;
    if (failed_) ended = Ended::failed;
    if (now >= patience.until) ended = Ended::time_up;
    if (ended != Ended::all_answered) break;
    if (!closing) begin_due(now);
    if (flights_.empty()) {
      const bool left = !waiting_.empty() || !resting_.empty();
      if (!left) break;
      if (closing) {
        ended = Ended::time_up;
        break;
      }
    }
    wait(cancellation, closing ? patience.until : std::min(patience.no_more, patience.until));
    land_finished();
  }
  clear();
  return ended;
}

// As many as may be in flight, those first that were tried before.
void Courier::begin_due(Clock::time_point now) {
  const auto most = static_cast<std::size_t>(settings_.requests);
  for (std::size_t i = 0; i < resting_.size() && flights_.size() < most;) {
    if (resting_[i]->not_before > now) {
      ++i;
      continue;
    }
    auto errand = std::move(resting_[i]);
    resting_.erase(resting_.begin() + static_cast<std::ptrdiff_t>(i));
    begin(std::move(errand));
  }
  while (!waiting_.empty() && flights_.size() < most) {
    auto errand = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(errand));
  }
}

// Signed at each try: a signature is good for some minutes only.
void Courier::begin(std::unique_ptr<Errand> errand) {
  auto flight = std::make_unique<Flight>();
  flight->errand = std::move(errand);
  const Request& request = flight->errand->request;
  const std::string path = base_path_ + "/" + encoded(request.key, true);
  const std::string query = encoded_query(request.query);
  const ToSign to_sign{
      .method = request.method, .host = host_, .path = path, .query = query, .body = request.body};
  for (const auto& line :
       signed_headers(to_sign, credentials_, settings_.region, std::chrono::system_clock::now())) {
    add(flight->headers, line);
  }
  add(flight->headers, "Expect:");  // no wait for "100 Continue"
  if (!request.body.empty()) {
    add(flight->headers, "Content-Type: application/xml");
    // What came before S3's new checksums, and servers that know no others.
    if (const auto md5 = base64_md5(request.body); !md5.empty()) {
      add(flight->headers, "Content-MD5: " + md5);
    }
  }

  const std::string url = base_url_ + path + (query.empty() ? "" : "?" + query);
  if (idle_.empty()) {
    flight->handle = curl_easy_init();
    if (flight->handle == nullptr) throw std::bad_alloc();
  } else {
    flight->handle = idle_.back();
    idle_.pop_back();
  }
  CURL* handle = flight->handle;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "winnow");
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, flight->headers.get());
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &flight->body);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, flight->error.data());
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   std::min(static_cast<long>(kConnectTimeout.count()),
                            static_cast<long>(settings_.timeout_ms)));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.timeout_ms));
  if (!settings_.ca_file.empty())
    curl_easy_setopt(handle, CURLOPT_CAINFO, settings_.ca_file.c_str());
  if (!request.body.empty()) {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (curl_multi_add_handle(multi_, handle) != CURLM_OK) {
    idle_.push_back(handle);
    throw std::bad_alloc();
  }
  flights_.push_back(std::move(flight));
}

void Courier::wait(const Cancellation& cancellation, Clock::time_point until) {
  int running = 0;
  curl_multi_perform(multi_, &running);
  if (running < static_cast<int>(flights_.size())) return;  // something has landed already
  auto next = std::min(until, Clock::now() + kLongestWait);
  if (flights_.size() < static_cast<std::size_t>(settings_.requests)) {
    for (const auto& errand : resting_) next = std::min(next, errand->not_before);
  }
  const auto left = std::chrono::ceil<milliseconds>(next - Clock::now()).count();
  curl_waitfd wake{.fd = cancellation.wake_descriptor(), .events = CURL_WAIT_POLLIN, .revents = 0};
  const unsigned int extra = wake.fd < 0 ? 0 : 1;
  curl_multi_poll(multi_, &wake, extra, static_cast<int>(std::max<std::int64_t>(left, 0)), nullptr);
  curl_multi_perform(multi_, &running);
}

void Courier::land_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) land(message->easy_handle, message->data.result);
    if (failed_) return;
  }
}

void Courier::land(CURL* handle, CURLcode code) {
  const auto place = std::find_if(flights_.begin(), flights_.end(),
                                  [&](const auto& flight) { return flight->handle == handle; });
  const auto flight = std::move(*place);
  flights_.erase(place);
  Answer got{.status = 0, .body = std::move(flight->body)};
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &got.status);
  curl_multi_remove_handle(multi_, handle);
  curl_easy_reset(
      handle);  // it points into the flight; the connection stays, it is the multi handle's
  idle_.push_back(handle);
  auto& errand = flight->errand;
  ++errand->tried;
  if (code == CURLE_OK && !is_trouble(got.status)) {
    answer(std::move(errand), got);
  } else if (code == CURLE_OK) {
    const auto error = read_error(got.body);
    try_again(std::move(errand), "it answered " + std::to_string(got.status) +
                                     (error ? " " + document::printable(error->code) : ""));
  } else {
    const std::string why =
        flight->error.front() != '\0' ? flight->error.data() : curl_easy_strerror(code);
    if (!may_pass(code)) errand->tried = kTries;
    try_again(std::move(errand), document::printable(why));
  }
}

void Courier::answer(std::unique_ptr<Errand> errand, const Answer& answer) {
  const bool last = errand->tried >= kTries;
  if (errand->handler(answer, last) == Verdict::taken || last) return;
  try_again(std::move(errand), "its answer could not be used");
}

void Courier::try_again(std::unique_ptr<Errand> errand, const std::string& reason) {
  if (errand->tried >= kTries) {
    Failure failure{.kind = FailureKind::storage,
                    .message = "the storage at " + document::printable(settings_.endpoint) +
                               " (bucket " + document::printable(settings_.bucket) +
                               ") can't be used: " + reason};
    failure.retryable = true;
    return give_up(std::move(failure));
  }
  errand->not_before = Clock::now() + pause(errand->tried);
  resting_.push_back(std::move(errand));
}

// Doubled each time; half of it is chance, so that many that failed together don't come back together.
Courier::Clock::duration Courier::pause(int tried) {
  const auto whole =
      std::min(kLongestPause, milliseconds(settings_.pause_ms) * (1 << std::min(tried - 1, 10)));
  const auto half = static_cast<int>(whole.count() / 2);
  return milliseconds(half + std::uniform_int_distribution<int>(0, half)(random_));
}

void Courier::clear() noexcept {
  for (auto& flight : flights_) {
    curl_multi_remove_handle(multi_, flight->handle);
    curl_easy_cleanup(flight->handle);  // in mid-answer: its connection is of no more use
  }
  flights_.clear();
  waiting_.clear();
  resting_.clear();
}

Failure answer_failure(const S3Settings& settings, const std::string& doing, const Answer& answer) {
  const auto error = read_error(answer.body);
  std::string message = "can't " + doing + " in bucket " + document::printable(settings.bucket) +
                        " at " + document::printable(settings.endpoint) + ": it answered " +
                        std::to_string(answer.status);
  if (error)
    message += " " + document::printable(error->code) + ": " +
               document::printable(error->message.substr(0, 500));
  if (answer.status == 301 || answer.status == 307) {
    message +=
        "; the bucket is of another region or behind another endpoint: set `region` and `endpoint` "
        "of the storage";
  }
  return Failure{.kind = FailureKind::storage, .message = std::move(message)};
}

}  // namespace winnow::storage::s3
