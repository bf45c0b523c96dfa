#include "bench/native/server.h"

#include "bench/native/give_up.h"
#include "bench/native/mysql_server.h"
#include "bench/native/postgres_server.h"
#include "database/url/settings.h"

namespace winnow::bench {

std::unique_ptr<Server> connect(const std::string& url) {
  const auto settings = database::parse_url(url);
  if (!settings) give_up(settings.error().message);
  if (settings->engine == database::Engine::postgresql) return connect_postgres(*settings);
  if (settings->engine == database::Engine::mysql) return connect_mysql(*settings);
  give_up("a benchmark needs postgresql:// or mysql://");
}

}  // namespace winnow::bench
