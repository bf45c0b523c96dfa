#include "tasks/purge/purge.h"

#include "outcome/try.h"
#include "tasks/purge/plan.h"
#include "tasks/purge/prepared.h"
#include "tasks/purge/request.h"
#include "tasks/purge/run.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

class Purge final : public Invocation {
 public:
  Purge(const Manifest& manifest, PurgeRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  bool needs_storage() const override { return request_.removes_files(); }

  TaskResult plan(Context& context) const override {
    WINNOW_TRY(auto prepared, prepare(manifest_, request_, context));
    return describe_purge(manifest_, request_, prepared);
  }

  TaskResult run(Context& context) const override {
    WINNOW_TRY(auto prepared, prepare(manifest_, request_, context));
    WINNOW_CHECK(check_plans(purge_statements(manifest_, request_, prepared), *prepared.connection,
                             context));
    return PurgeRun(manifest_, request_, context, std::move(prepared)).run();
  }

 private:
  const Manifest& manifest_;
  PurgeRequest request_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_purge(const Manifest& manifest, const Json& parameters,
                                                  const Policy& policy) {
  WINNOW_TRY(auto request, read_purge_request(manifest, parameters, policy));
  return std::make_unique<Purge>(manifest, std::move(request));
}

}  // namespace winnow::tasks
