#include "database/postgres/client/options.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string_view>
#include <unistd.h>

#include <libpq-fe.h>
#include <sys/stat.h>

#include "database/url/options.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

using Options = std::map<std::string, std::string>;

constexpr std::uint16_t kPort = 5432;

// Below a file that is no folder there is no file, whoever asks.
constexpr const char* kNoFile = "/dev/null/none";

// What stands for "nothing special" where an environment variable says something: libpq's own
// defaults, in values that are not empty, as an empty one counts as not given.
constexpr std::array kNeutral = {
    std::pair{"sslcompression", "0"},
    std::pair{"sslcrldir", kNoFile},
    std::pair{"sslsni", "1"},
    std::pair{"sslcertmode", "allow"},
    std::pair{"sslnegotiation", "postgres"},
    std::pair{"ssl_min_protocol_version", "TLSv1.2"},
    std::pair{"ssl_max_protocol_version", "TLSv1.3"},
    std::pair{"min_protocol_version", "3.0"},
    std::pair{"max_protocol_version", "3.0"},
    std::pair{"channel_binding", "prefer"},
    std::pair{"require_auth", "none,password,md5,scram-sha-256,gss,sspi"},
    std::pair{"gsslib", "gssapi"},
    std::pair{"gssdelegation", "0"},
    std::pair{"krbsrvname", "postgres"},
    std::pair{"connect_timeout", "0"},
    std::pair{"load_balance_hosts", "disable"},
    // An option string without an option.
    std::pair{"options", " "},
    // libpq asks for no password where it has one: a server that wants one refuses this.
    std::pair{"password", "winnow has no password"},
};

// What the settings say, and what winnow needs.
Options own_options(const Settings& settings) {
  const auto port = std::to_string(settings.port == 0 ? kPort : settings.port);
  Options options = {
      {"host", settings.host.empty() ? "localhost" : settings.host},
      {"port", port},
      {"dbname", settings.database.empty() ? user_of(settings) : settings.database},
      {"user", user_of(settings)},
      {"password", settings.password},
      {"passfile", kNoFile},
      {"application_name", "winnow"},
      {"client_encoding", "UTF8"},
      // database/connect.cpp goes through the hosts itself.
      {"target_session_attrs", "any"},
      // Bounds what a silent network costs, also inside libpq where winnow can't wait on its own.
      {"tcp_user_timeout", std::to_string(settings.connect_timeout_ms)},
      // The same for a server that has vanished while it worked on a statement.
      {"keepalives", "1"},
      {"keepalives_idle", "5"},
      {"keepalives_interval", "5"},
      {"keepalives_count", "3"},
      // libpq would look for Kerberos tickets on every connect.
      {"gssencmode", "disable"},
      // A certificate or a list of revoked ones that only lies in a home directory is nobody's
      // word.
      {"sslmode", "prefer"},
      {"sslcert", kNoFile},
      {"sslkey", kNoFile},
      {"sslcrl", kNoFile},
  };
  for (const auto& [name, value] : settings.options) options[name] = value;
  return options;
}

bool is_given(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found != options.end() && !found->second.empty();
}

tl::unexpected<Failure> unusable(const std::string& what) {
  return fail(FailureKind::configuration, "the database URL's " + what);
}

// With a mode that verifies, the authorities are those of sslrootcert, or of the file in the home
// directory that both libpq and pgJDBC take then. Without such a mode that file decides nothing.
Outcome<void> choose_root_certificate(Options& options) {
  if (is_given(options, "sslrootcert")) return {};
  const bool verifies = options["sslmode"].starts_with("verify");
  options["sslrootcert"] = verifies ? home_directory() + "/.postgresql/root.crt" : kNoFile;
  if (!verifies || ::access(options["sslrootcert"].c_str(), R_OK) == 0) return {};
  return unusable("sslmode " + options["sslmode"] +
                  " needs the certificates of an authority to verify by: name their file by "
                  "sslrootcert (there is none at `" +
                  options["sslrootcert"] + "`)");
}

enum class DerKey { open, encrypted, archive };

// What the first member of the outermost sequence says of a key in DER: PKCS #8's
// EncryptedPrivateKeyInfo (RFC 5958) begins with its algorithm, a sequence; a PKCS #12 archive
// (RFC 7292) with the number 3; an open key with a lower number. Another file is one that libpq
// may read.
DerKey der_key(const std::string& path) {
  constexpr unsigned char kSequence = 0x30;
  constexpr unsigned char kLongLength = 0x80;
  constexpr std::string_view kVersion3("\x02\x01\x03");
  std::array<char, 16> bytes{};
  std::ifstream(path, std::ios::binary).read(bytes.data(), bytes.size());
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes.at(at)); };
  if (byte(0) != kSequence) return DerKey::open;
  const std::size_t further = byte(1) < kLongLength ? 0 : byte(1) - kLongLength;
  if (further > 4) return DerKey::open;
  const std::string_view member(&bytes.at(2 + further), kVersion3.size());
  if (member == kVersion3) return DerKey::archive;
  return byte(2 + further) == kSequence ? DerKey::encrypted : DerKey::open;
}

// Whether libpq refuses the key because of its mode: one of root's may be read by its group.
bool is_open_to_others(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return false;
  const mode_t others = found.st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  return (found.st_mode & others) != 0;
}

Outcome<void> check_key(const Settings& settings) {
  if (!is_given(settings.options, "sslkey")) {
    if (!is_given(settings.options, "sslcert")) return {};
    return unusable("sslcert needs its key: name the key's file by sslkey");
  }
  const auto& path = settings.options.at("sslkey");
  if (is_open_to_others(path)) {
    return unusable("sslkey names `" + path +
                    "`, which others than its owner may read, and libpq takes no such key: "
                    "`chmod 0600 " +
                    path + "`");
  }
  switch (der_key(path)) {
    case DerKey::encrypted:
      return unusable("sslkey names `" + path +
                      "`, an encrypted key in DER, which libpq can't read: make a PEM file of it, "
                      "which sslpassword opens too, by `openssl pkcs8 -inform DER -in " +
                      path + " | openssl pkcs8 -topk8 -out key.pem`");
    case DerKey::archive:
      return unusable("sslkey names `" + path +
                      "`, a PKCS #12 archive, which libpq can't read: make a PEM file of it, for "
                      "sslkey and sslcert, by `openssl pkcs12 -in " +
                      path + " -out key.pem`");
    case DerKey::open:
      break;
  }
  return {};
}

bool is_set(const char* variable) {
  const char* value = variable == nullptr ? nullptr : std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// An address beside the host's name can't be unset. A list of two that are empty is one that is
// given, and leaves the connection to the names, which then are two as well.
void drop_address(Options& options) {
  options["hostaddr"] = ",";
  options["host"] += "," + options["host"];
}

// False where nothing can be said against the variable.
bool override_variable(Options& options, const std::string& name) {
  if (name == "hostaddr") {
    drop_address(options);
    return true;
  }
  if (name == "requirepeer") return !options["host"].starts_with('/');
  if (name == "password" && options["passfile"] != kNoFile) return false;
  const auto* neutral =
      std::ranges::find_if(kNeutral, [&](const auto& entry) { return entry.first == name; });
  if (neutral == kNeutral.end()) return false;
  options[name] = neutral->second;
  return true;
}

struct Free {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

}  // namespace

Outcome<Options> libpq_options(const Settings& settings) {
  WINNOW_CHECK(check_files(settings, {"sslrootcert", "sslcert", "sslkey", "sslcrl"}));
  WINNOW_CHECK(check_key(settings));
  auto options = own_options(settings);
  WINNOW_CHECK(choose_root_certificate(options));
  const std::unique_ptr<PQconninfoOption, Free> known(PQconninfoParse("", nullptr));
  if (!known) return fail(FailureKind::no_memory, "no memory for a connection");
  Options passed;
  for (const auto* option = known.get(); option->keyword != nullptr; ++option) {
    const std::string name = option->keyword;
    if (!is_given(options, name) && is_set(option->envvar) && !override_variable(options, name)) {
      return fail(FailureKind::configuration,
                  std::string("the environment variable ") + option->envvar +
                      " is set, by which libpq would go another way than the configuration says, "
                      "and no setting of a connection overrides it: unset it for this process");
    }
  }
  for (const auto* option = known.get(); option->keyword != nullptr; ++option) {
    auto found = options.extract(option->keyword);
    if (!found.empty()) passed.insert(std::move(found));
  }
  for (const auto& [name, value] : options) {
    if (settings.options.contains(name)) {
      return unusable("option " + name + " is not known to libpq " +
                      std::to_string(PQlibVersion() / 10'000) + ", with which winnow was built");
    }
  }
  return passed;
}

}  // namespace winnow::database
