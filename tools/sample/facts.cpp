#include "tools/sample/facts.h"

#include <algorithm>

#include "tools/sample/catalog.h"

namespace winnow::sample {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;

// Paris has 02:30 twice in the night when its summer time ends.
constexpr Instant kFirstHalfPastTwo =
    std::chrono::sys_days{std::chrono::year{2025} / 10 / 26} + minutes{30};

Instant random_instant(const SampleOptions& options, Random& random) {
  const auto range = std::max<std::int64_t>((options.last - options.first).count(), 1);
  return options.first + microseconds{random.between(0, range - 1)};
}

// From 50 ms to two hours, short ones more often.
microseconds random_duration(Random& random) {
  const std::int64_t scale = std::int64_t{1} << random.below(18);
  return milliseconds{50} + microseconds{random.between(0, scale * 50'000)};
}

template <class Unit>
Instant next(Instant instant) {
  return std::chrono::ceil<Unit>(instant + microseconds{1});
}

// Chooses an end for a start and may move the start before it.
Instant choose_end(const SampleOptions& options, Instant& start, Random& random) {
  const auto at = [&start, &random](Instant end) {
    start = end - random_duration(random);
    return end;
  };
  const auto roll = random.below(100);
  if (roll < 45) return start + random_duration(random);
  if (roll < 70) return next<hours>(start);
  if (roll < 84) return next<days>(start);
  if (roll < 94) return at(busiest_instant(options));
  if (roll < 95) return at(busiest_instant(options) - microseconds{1});
  if (roll < 96) return at(busiest_instant(options) + microseconds{1});
  if (roll < 97) return at(kFirstHalfPastTwo);
  if (roll < 98) return at(kFirstHalfPastTwo + hours{1});
  return start;
}

template <class T>
const T& choose(std::span<const T> shares, std::int64_t index, Random& random) {
  const auto point = random.below(1'000);
  const auto rounds = static_cast<std::int64_t>(states().size() * 3);
  if (index >= rounds) return by_share(shares, point);
  return shares[static_cast<std::size_t>(index) % shares.size()];
}

std::optional<std::string> choose_tenant(Random& random) {
  const auto roll = random.below(100);
  if (roll < 80) return "main";
  if (roll < 95) return "other";
  return std::nullopt;
}

std::optional<std::string> choose_kind(const SampleOptions& options, Random& random) {
  const auto roll = random.below(100);
  if (roll < 3) return "TEST";
  if (roll < 4) return "PLAYGROUND";
  if (roll < 6 && options.version == "2.0") return "LOOP";
  return std::nullopt;
}

// Of ten executions the first has two children, and one of those has one.
std::optional<std::int64_t> parent_of(std::int64_t index) {
  constexpr std::int64_t kTen = 10;
  const auto place = index % kTen;
  if (place == 1 || place == 3) return index - place;
  if (place == 2) return index - 1;
  return std::nullopt;
}

// It begins with its parent. Everything else, which follows from its own numbers, is unchanged.
void make_child_of(const Facts& parent, Facts& facts) {
  facts.subflow = true;
  facts.scheduled = false;
  facts.parent = parent.id;
  facts.tenant = parent.tenant;
  const auto later = parent.start - facts.start;
  facts.start += later;
  facts.last += later;
  if (facts.end) *facts.end += later;
}

bool has_begun(const std::string& state) {
  return state != "CREATED" && state != "QUEUED" && state != "SUBMITTED";
}

}  // namespace

Instant busiest_instant(const SampleOptions& options) {
  return std::chrono::floor<days>(options.first + (options.last - options.first) / 2);
}

Facts make_facts(const SampleOptions& options, std::int64_t index, Random& random) {
  Facts facts;
  const StateShare& state = choose(states(), index, random);
  facts.id = random.id();
  facts.tenant = choose_tenant(random);
  facts.name_space = choose(namespaces(), index, random).name;
  facts.flow = random.pick(flows());
  facts.state = state.name;
  facts.kind = choose_kind(options, random);
  facts.deleted = random.percent(4);
  facts.start = random_instant(options, random);
  if (state.ends) facts.end = choose_end(options, facts.start, random);
  facts.last = facts.end.value_or(facts.start + random_duration(random));
  const auto runs = has_begun(facts.state) ? 1 + random.below(2) : 0;
  for (std::uint64_t i = 0; i < runs; ++i) {
    facts.task_runs.push_back({random.id(), std::string(random.pick(tasks()))});
  }
  facts.scheduled = random.percent(60);
  if (!facts.scheduled && random.percent(25)) facts.parent = random.id();
  const auto parent = options.subflows ? parent_of(index) : std::nullopt;
  if (!parent) return facts;
  Random numbers_of_parent(options.seed, static_cast<std::uint64_t>(*parent));
  make_child_of(make_facts(options, *parent, numbers_of_parent), facts);
  return facts;
}

}  // namespace winnow::sample
