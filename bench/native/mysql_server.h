// A connection by libmysqlclient's API.
#pragma once

#include "bench/native/server.h"
#include "database/url/settings.h"

namespace winnow::bench {

std::unique_ptr<Server> connect_mysql(const database::Settings& settings);

}  // namespace winnow::bench
