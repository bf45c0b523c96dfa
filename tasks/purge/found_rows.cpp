#include "tasks/purge/found_rows.h"

#include <iterator>
#include <string>

#include "outcome/try.h"
#include "tasks/purge/flows.h"

namespace winnow::tasks {
namespace {

// What the spool has of a row: its marks, then its tenant, namespace, flow and key.
constexpr std::size_t kTexts = 5;
constexpr char kSplitMark = 's';
constexpr char kTenantMark = 't';
constexpr char kFlowMark = 'f';

bool has(const std::string& marks, char mark) {
  return marks.find(mark) != std::string::npos;
}

void add_texts(const BatchRow& row, std::vector<std::string>& texts) {
  std::string marks;
  if (row.has_split_value) marks += kSplitMark;
  if (row.of) marks += kFlowMark;
  if (row.of && row.of->tenant) marks += kTenantMark;
  texts.push_back(std::move(marks));
  texts.push_back(row.of ? row.of->tenant.value_or("") : "");
  texts.push_back(row.of ? row.of->name_space : "");
  texts.push_back(row.of ? row.of->flow : "");
  texts.push_back(row.key);
}

BatchRow row_of(std::vector<std::string>::iterator texts, Flows& flows) {
  const auto& marks = texts[0];
  BatchRow row{.key = std::move(texts[4]), .has_split_value = has(marks, kSplitMark)};
  if (!has(marks, kFlowMark)) return row;
  const auto tenant =
      has(marks, kTenantMark) ? std::optional<std::string_view>(texts[1]) : std::nullopt;
  row.of = flows.of(tenant, texts[2], texts[3]);
  return row;
}

}  // namespace

Outcome<void> FoundRows::append(std::optional<bool> deleted, const std::vector<BatchRow>& rows) {
  if (branches_.empty() || branches_.back().first != deleted) {
    branches_.emplace_back(deleted, KeySpool());
  }
  std::vector<std::string> texts;
  texts.reserve(rows.size() * kTexts);
  for (const auto& row : rows) add_texts(row, texts);
  count_ += std::ssize(rows);
  return branches_.back().second.append(texts);
}

Outcome<Batch> FoundRows::take(std::size_t most) {
  while (!branches_.empty()) {
    auto& [deleted, spool] = branches_.front();
    WINNOW_TRY(auto texts, spool.take(most * kTexts));
    if (texts.empty()) {
      branches_.erase(branches_.begin());
      continue;
    }
    Batch batch{.deleted = deleted};
    batch.rows.reserve(texts.size() / kTexts);
    Flows flows;
    for (std::size_t at = 0; at < texts.size(); at += kTexts) {
      batch.rows.push_back(row_of(texts.begin() + static_cast<std::ptrdiff_t>(at), flows));
    }
    return batch;
  }
  return Batch{};
}

}  // namespace winnow::tasks
