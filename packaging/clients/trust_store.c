/*
 * Where OpenSSL finds the certificates that a system trusts. The portable libraries are built on
 * one system and run on many, so the first of these that is there is taken when it is asked for.
 * Stands in for OpenSSL's own crypto/x509/x509_def.c, which knows the one folder that it was
 * configured with; libpq, MariaDB Connector/C and libcurl all ask here. SSL_CERT_FILE and
 * SSL_CERT_DIR go before, as in every build of OpenSSL.
 */
#include <unistd.h>

#include <openssl/x509.h>

static const char* first_readable(const char* const* paths) {
  const char* const* path = paths;
  while (path[1] != NULL && access(*path, R_OK) != 0) ++path;
  return *path;
}

const char* X509_get_default_cert_file(void) {
  static const char* const kFiles[] = {
      "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Alpine, Arch */
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Red Hat, Fedora */
      "/etc/pki/tls/certs/ca-bundle.crt",                  /* Red Hat 6, Amazon Linux */
      "/etc/ssl/ca-bundle.pem",                            /* SUSE */
      "/etc/ssl/cert.pem",                                 /* Alpine without ca-certificates */
      NULL};
  return first_readable(kFiles);
}

const char* X509_get_default_cert_dir(void) {
  static const char* const kFolders[] = {"/etc/ssl/certs", "/etc/pki/tls/certs", NULL};
  return first_readable(kFolders);
}

const char* X509_get_default_cert_area(void) {
  return "/etc/ssl";
}
const char* X509_get_default_private_dir(void) {
  return "/etc/ssl/private";
}
const char* X509_get_default_cert_dir_env(void) {
  return "SSL_CERT_DIR";
}
const char* X509_get_default_cert_file_env(void) {
  return "SSL_CERT_FILE";
}
