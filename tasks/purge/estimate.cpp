#include "tasks/purge/estimate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/purge/source.h"

namespace winnow::tasks {
namespace {

using std::chrono::steady_clock;

// Of each table of dependents.
constexpr std::int64_t kMostMeasured = 20'000;
// Deleting a row against reading it (docs/measurements.md).
constexpr double kDeletionToRead = 4;

double milliseconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

// A number without digits that nobody measured.
double rounded(double value) {
  constexpr double kTenths = 10;
  return std::round(value * kTenths) / kTenths;
}

class Sample {
 public:
  Sample(const Prepared& prepared, std::int64_t selected)
      : prepared_(prepared), selected_(selected) {}

  Outcome<void> read() {
    const auto start = steady_clock::now();
    auto& connection = *prepared_.connection;
    BatchSource source(*prepared_.selection, *prepared_.statements, prepared_.newest.get(),
                       prepared_.families.get(), kSampledRows);
    WINNOW_TRY(const auto batch, source.next(connection, kSampledRows));
    if (batch.rows.empty()) return {};
    sampled_ = static_cast<std::int64_t>(batch.rows.size());
    const auto& statements = *prepared_.statements;
    for (const auto& step : prepared_.steps->rows()) {
      const auto statement = statements.measure_dependents(step, batch.rows, kMostMeasured);
      WINNOW_CHECK(add(step.table->name, statement));
    }
    if (prepared_.steps->deletes_parent()) {
      WINNOW_CHECK(add(prepared_.selection->table().name, statements.measure(batch.rows)));
    }
    took_ = milliseconds_since(start);
    return {};
  }

  Json estimate(const std::optional<Pace>& pace) const {
    Json rows = Json::object();
    std::int64_t all_rows = 0;
    for (const auto& [table, of_sample] : rows_) {
      const auto there = in_proportion(of_sample);
      rows[table] = there;
      all_rows += there;
    }
    if (prepared_.steps->deletes_parent()) {
      const auto& table = prepared_.selection->table().name;
      all_rows += selected_ - rows.value(table, std::int64_t{0});
      rows[table] = selected_;
    }
    return {{"rows", std::move(rows)},
            {"bytes", in_proportion(bytes_)},
            {"milliseconds", static_cast<std::int64_t>(std::ceil(expected(pace, all_rows)))},
            {"sample", {{"rows", sampled_}, {"milliseconds", rounded(took_)}}}};
  }

 private:
  Outcome<void> add(const std::string& table, const database::Statement& statement) {
    WINNOW_TRY(const auto numbers, database::numbers_of(*prepared_.connection, statement));
    rows_[table] += numbers[0];
    bytes_ += numbers[1];
    return {};
  }

  std::int64_t in_proportion(std::int64_t of_sample) const {
    if (sampled_ == 0) return 0;
    return std::llround(static_cast<double>(of_sample) * static_cast<double>(selected_) /
                        static_cast<double>(sampled_));
  }

  double expected(const std::optional<Pace>& pace, std::int64_t all_rows) const {
    if (sampled_ == 0) return 0;
    auto time =
        took_ * kDeletionToRead * static_cast<double>(selected_) / static_cast<double>(sampled_);
    if (!pace) return time;
    if (pace->work_share) time /= *pace->work_share;
    constexpr double kSecond = 1'000;
    if (pace->rows_per_second) {
      time = std::max(time, kSecond * static_cast<double>(all_rows) /
                                static_cast<double>(*pace->rows_per_second));
    }
    return time;
  }

  const Prepared& prepared_;
  std::int64_t selected_;
  std::int64_t sampled_ = 0;
  std::int64_t bytes_ = 0;
  double took_ = 0;
  std::map<std::string, std::int64_t> rows_;
};

}  // namespace

Outcome<Json> estimate(const Prepared& prepared, const std::optional<Pace>& pace,
                       std::int64_t selected) {
  Sample sample(prepared, selected);
  if (selected > 0) WINNOW_CHECK(sample.read());
  return sample.estimate(pace);
}

}  // namespace winnow::tasks
