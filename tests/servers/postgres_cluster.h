// A PostgreSQL primary and two streaming replicas on 127.0.0.1, one of them synchronous; a test can
// take its primary away.
#pragma once

#include <string>
#include <vector>

#include "database/url/settings.h"
#include "tests/servers/server_script.h"

namespace winnow::tests {

class PostgresCluster {
 public:
  PostgresCluster();

  // Of all three servers.
  const std::string& url() const { return url_; }
  // The server that accepts writes now.
  database::Settings primary() const { return of(primary_); }

  // A primary with a synchronous and an asynchronous replica again, whatever happened before.
  void restore();

  // The primary is lost, and the synchronous replica is promoted in its place.
  enum class Loss {
    killed,       // all processes at once
    fenced,       // it no longer accepts writes
    stands_still  // its kernel accepts connections, but it does not respond
  };
  void lose_primary(Loss loss);
  // From now on the asynchronous replica hears of nothing.
  void silence_asynchronous();
  // The primary and the synchronous replica are killed, and the asynchronous one is promoted: what
  // it has not heard of is lost.
  void lose_commits();
  // The asynchronous replica applies what it hears so much later ("1h", "0").
  void delay_asynchronous(const std::string& time);
  std::string asynchronous_url() const;

 private:
  database::Settings of(const std::string& host) const;
  void set(const std::string& host, const std::string& name, const std::string& value) const;
  void promote(const std::string& host);

  ServerScript script_{"postgres_cluster"};
  std::string url_;
  std::vector<database::Host> hosts_;
  std::string primary_ = "db1", synchronous_ = "db2", asynchronous_ = "db3";
  bool whole_ = true;
};

}  // namespace winnow::tests
