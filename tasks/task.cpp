// Hands a task's parameters to the engine that its manifest names.
#include "tasks/task.h"

#include "outcome/try.h"
#include "tasks/engine.h"
#include "tasks/receipts/run.h"
#include "tasks/shared/run_lock.h"

namespace winnow::tasks {
namespace {

// What removes something runs alone, where `exclusive` says so, and leaves receipts, where the
// operator wants them.
class Removal final : public Invocation {
 public:
  Removal(const Manifest& manifest, Json parameters, std::unique_ptr<Invocation> invocation)
      : manifest_(manifest),
        parameters_(std::move(parameters)),
        invocation_(std::move(invocation)) {}

  bool needs_storage() const override { return invocation_->needs_storage(); }
  bool looks_at_storage() const override { return invocation_->looks_at_storage(); }
  TaskResult plan(Context& context) const override { return invocation_->plan(context); }
  TaskResult run(Context& context) const override {
    const bool is_wanted = context.exclusive || parameters_.value("exclusive", false);
    if (!is_wanted || parameters_.value("dryRun", false)) return run_with_receipts(context);
    WINNOW_TRY(const auto lock, RunLock::take(context, manifest_.name));
    context.may_begin_batch = [&lock = *lock] { return lock.confirm(); };
    auto result = run_with_receipts(context);
    context.may_begin_batch = {};
    return result;
  }

 private:
  TaskResult run_with_receipts(Context& context) const {
    return tasks::run_with_receipts(manifest_, parameters_, context,
                                    [this](Context& own) { return invocation_->run(own); });
  }

  const Manifest& manifest_;
  const Json parameters_;
  const std::unique_ptr<Invocation> invocation_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke(const Manifest& manifest, const Json& parameters,
                                            const Policy& policy) {
  const auto& engine = engine_of(manifest);
  WINNOW_TRY(auto invocation, engine.invoke(manifest, parameters, policy));
  if (!engine.removes) return invocation;
  return std::make_unique<Removal>(manifest, parameters, std::move(invocation));
}

}  // namespace winnow::tasks
