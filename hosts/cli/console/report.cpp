#include "hosts/cli/console/report.h"

namespace winnow::cli {

std::string report(View view, const document::Json& result, const Screen& screen) {
  switch (view) {
    case View::tasks:
      return tasks_report(result, screen);
    case View::task:
      return task_report(result, screen);
    case View::doctor:
      return doctor_report(result, screen);
    default:
      return values_report(result, screen);
  }
}

}  // namespace winnow::cli
