// One shared FlowOf for all rows of a flow, so that a page of rows needs little more memory than
// its keys.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "tasks/selection/flow_of.h"

namespace winnow::tasks {

class Flows {
 public:
  std::shared_ptr<const FlowOf> of(std::optional<std::string_view> tenant,
                                   std::string_view name_space, std::string_view flow) {
    Name name(tenant, name_space, flow);
    const auto known = flows_.find(name);
    if (known != flows_.end()) return known->second;
    auto made = std::make_shared<const FlowOf>(FlowOf{
        .tenant = std::get<0>(name), .name_space = std::get<1>(name), .flow = std::get<2>(name)});
    return flows_.emplace(std::move(name), std::move(made)).first->second;
  }

  void clear() { flows_.clear(); }

 private:
  using Name = std::tuple<std::optional<std::string>, std::string, std::string>;
  std::map<Name, std::shared_ptr<const FlowOf>> flows_;
};

}  // namespace winnow::tasks
