# Sourced by build.sh: how each client library is compiled. A function runs in the library's unpacked source, with CC, CXX, AR,
# RANLIB, CFLAGS and `arch` set, and leaves static libraries in $out/lib, headers in $out/include, and one pkg-config file. What
# another library needs of this one it finds by `prefix NAME`. Only what winnow uses is compiled: fewer bytes, fewer holes.

# The order is that of the needs; a line's others are the libraries whose change builds it again.
recipes=(
  "zlib" "openssl" "postgresql-15 openssl" "mariadb openssl zlib" "curl openssl zlib" "sqlite3" "yaml-cpp" "pugixml" "utf8proc"
  "howardhinnant-date")

# pc NAME VERSION LIBS [REQUIRES]
pc() {
  mkdir -p "$out/lib/pkgconfig"
  printf '%s\n' 'prefix=${pcfiledir}/../..' "Name: $1" "Description: $1, linked statically" "Version: $2" \
    'Cflags: -I${prefix}/include' "Libs: -L\${prefix}/lib $3" "Requires: ${4:-}" >"$out/lib/pkgconfig/$1.pc"
}

# CMake as these projects are configured here: it may not find anything of the machine that builds.
configure() {  # SOURCE OPTION...
  cmake -S "$1" -B build -G Ninja --log-level=WARNING --toolchain "$here/../../cmake/portable.cmake" \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF "${@:2}"
}

build_zlib() {
  CHOST=$arch-linux-gnu ./configure --static --prefix="$out"
  make -s -j"$jobs" libz.a
  install -D -t "$out/lib" libz.a
  install -D -m 644 -t "$out/include" zlib.h zconf.h
  pc zlib "$version" -lz
}

# A copy of its own that reads no file of the system's OpenSSL but the certificates: no openssl.cnf, no providers or engines from
# outside. The legacy algorithms (old encrypted keys) are inside.
build_openssl() {
  cp "$here/trust_store.c" crypto/x509/x509_def.c
  ./Configure "linux-$arch" --prefix=/usr --libdir=lib --openssldir=/etc/ssl no-shared no-module no-engine no-tests \
    no-autoload-config no-comp no-ssl3 no-dtls no-srp no-psk no-ct no-cms no-ts no-cmp no-ec2m no-gost no-idea no-seed no-camellia \
    no-aria no-bf no-cast no-rc5 no-mdc2 no-whirlpool no-sm2 no-sm3 no-sm4 no-siphash no-rfc3779 no-nextprotoneg no-ocsp \
   
  make -s -j"$jobs" build_generated
  make -s -j"$jobs" build_libs
  make -s install_dev DESTDIR="$PWD/stage"
  cp -r stage/usr/include stage/usr/lib "$out/"
  rm -rf "$out/lib/cmake" "$out/lib/pkgconfig"
  pc libcrypto "$version" "-lcrypto -ldl -lpthread"
  pc libssl "$version" -lssl libcrypto
}

build_postgresql-15() {
  local ssl
  ssl=$(prefix openssl)
  # Programs that configure runs to learn of the target can't run where it is another machine; the answers are Linux's.
  ./configure --quiet --host="$arch-linux-gnu" --build="$(uname -m)-pc-linux-gnu" --with-ssl=openssl --without-readline \
    --without-zlib --with-system-tzdata=/usr/share/zoneinfo --prefix=/usr --sysconfdir=/etc/postgresql-common \
    CPPFLAGS="-I$ssl/include" LDFLAGS="-L$ssl/lib" LIBS="-lpthread -ldl"
  make -s -C src/backend generated-headers
  make -s -j"$jobs" -C src/common libpgcommon_shlib.a
  make -s -j"$jobs" -C src/port libpgport_shlib.a
  make -s -j"$jobs" -C src/interfaces/libpq libpq.a
  mkdir -p "$out/lib"
  cp src/interfaces/libpq/libpq.a "$out/lib/"
  cp src/common/libpgcommon_shlib.a "$out/lib/libpgcommon.a"
  cp src/port/libpgport_shlib.a "$out/lib/libpgport.a"
  install -D -m 644 -t "$out/include" src/interfaces/libpq/libpq-fe.h src/interfaces/libpq/libpq-events.h \
    src/include/postgres_ext.h src/include/pg_config_ext.h
  pc libpq "$version" "-lpq -lpgcommon -lpgport -lm" libssl
}

# The ways to log in are inside, and no folder is searched for others.
build_mariadb() {
  local ssl zlib plugin plugins=()
  ssl=$(prefix openssl) zlib=$(prefix zlib)
  for plugin in CACHING_SHA2_PASSWORD SHA256_PASSWORD MYSQL_CLEAR_PASSWORD; do plugins+=("-DCLIENT_PLUGIN_$plugin=STATIC"); done
  # Reading the certificates that a system trusts takes most of a log-in, and without a mode that verifies nobody looks at them.
  local verifies='mysql->options.extension \&\& mysql->options.extension->tls_verify_server_cert'
  sed -i "s/if (SSL_CTX_set_default_verify_paths(ctx) == 0)/if ($verifies \&\& SSL_CTX_set_default_verify_paths(ctx) == 0)/" \
    libmariadb/libmariadb/secure/openssl.c
  grep -q 'tls_verify_server_cert && SSL_CTX_set_default_verify_paths' libmariadb/libmariadb/secure/openssl.c
  for plugin in DIALOG CLIENT_ED25519 AUTH_GSSAPI_CLIENT REMOTE_IO ZSTD MYSQL_OLD_PASSWORD; do plugins+=("-DCLIENT_PLUGIN_$plugin=OFF"); done
  configure libmariadb -DWITH_UNIT_TESTS=OFF -DWITH_CURL=OFF -DWITH_SSL=OPENSSL -DWITH_EXTERNAL_ZLIB=ON -DWITH_ICONV=OFF \
    -DPLUGINDIR=/nonexistent -DMARIADB_UNIX_ADDR=/run/mysqld/mysqld.sock -DCMAKE_INSTALL_PREFIX=/usr \
    -DOPENSSL_ROOT_DIR="$ssl" -DOPENSSL_INCLUDE_DIR="$ssl/include" -DOPENSSL_SSL_LIBRARY="$ssl/lib/libssl.a" \
    -DOPENSSL_CRYPTO_LIBRARY="$ssl/lib/libcrypto.a" -DZLIB_INCLUDE_DIR="$zlib/include" -DZLIB_LIBRARY="$zlib/lib/libz.a" \
    -DLIBRESSL_RESULT=1 -DLIBRESSL_RESULT__TRYRUN_OUTPUT= "${plugins[@]}"
  ninja -C build -j"$jobs" mariadbclient
  mkdir -p "$out/lib" "$out/include"
  cp build/libmariadb/libmariadbclient.a "$out/lib/"
  cp -r libmariadb/include/. build/include/. "$out/include/"
  pc libmariadb "$(sed -n 's/^#define MARIADB_PACKAGE_VERSION *"\(.*\)".*/\1/p' build/include/mariadb_version.h)" \
    "-lmariadbclient -lm" "libssl zlib"
}

# HTTP and HTTPS, and nothing else.
build_curl() {
  local ssl zlib
  ssl=$(prefix openssl) zlib=$(prefix zlib)
  configure . -DBUILD_CURL_EXE=OFF -DBUILD_TESTING=OFF -DHTTP_ONLY=ON -DCURL_USE_OPENSSL=ON -DCURL_CA_FALLBACK=ON \
    -DCURL_CA_BUNDLE=none -DCURL_CA_PATH=none -DCURL_USE_LIBSSH2=OFF -DCURL_USE_LIBPSL=OFF -DUSE_LIBIDN2=OFF -DCURL_BROTLI=OFF \
    -DCURL_ZSTD=OFF -DCURL_ZLIB=ON -DENABLE_MANUAL=OFF -DPICKY_COMPILER=OFF -DENABLE_UNIX_SOCKETS=OFF -DCURL_DISABLE_ALTSVC=ON \
    -DCURL_DISABLE_HSTS=ON -DCURL_DISABLE_DOH=ON -DCURL_DISABLE_NETRC=ON -DHAVE_POLL_FINE_EXITCODE=0 \
    -DOPENSSL_ROOT_DIR="$ssl" -DOPENSSL_INCLUDE_DIR="$ssl/include" -DOPENSSL_SSL_LIBRARY="$ssl/lib/libssl.a" \
    -DOPENSSL_CRYPTO_LIBRARY="$ssl/lib/libcrypto.a" -DZLIB_INCLUDE_DIR="$zlib/include" -DZLIB_LIBRARY="$zlib/lib/libz.a"
  ninja -C build -j"$jobs" libcurl
  mkdir -p "$out/lib"
  cp build/lib/libcurl.a "$out/lib/"
  install -D -m 644 -t "$out/include/curl" include/curl/*.h
  pc libcurl "$version" -lcurl "libssl zlib"
  sed -i 's/^Cflags:.*/& -DCURL_STATICLIB/' "$out/lib/pkgconfig/libcurl.pc"
}

build_sqlite3() {
  # The one file that all of SQLite is made into is written by programs that run here.
  (unset CC CXX CFLAGS AR RANLIB && ./configure --quiet --disable-tcl && make -s sqlite3.c)
  $CC $CFLAGS -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_DEPRECATED -DSQLITE_DQS=0 -c sqlite3.c -o sqlite3.o
  mkdir -p "$out/lib"
  $AR rcsD "$out/lib/libsqlite3.a" sqlite3.o
  install -D -m 644 -t "$out/include" sqlite3.h
  pc sqlite3 "$version" "-lsqlite3 -lm -lpthread"
}

build_yaml-cpp() {
  configure . -DYAML_CPP_BUILD_TESTS=OFF -DYAML_CPP_BUILD_TOOLS=OFF -DYAML_CPP_BUILD_CONTRIB=OFF
  ninja -C build -j"$jobs" yaml-cpp
  mkdir -p "$out/lib" "$out/include"
  cp build/libyaml-cpp.a "$out/lib/"
  cp -r include/yaml-cpp "$out/include/"
  pc yaml-cpp "$version" -lyaml-cpp
}

build_pugixml() {
  $CXX $CFLAGS -std=c++17 -c src/pugixml.cpp -o pugixml.o
  mkdir -p "$out/lib"
  $AR rcsD "$out/lib/libpugixml.a" pugixml.o
  install -D -m 644 -t "$out/include" src/pugixml.hpp src/pugiconfig.hpp
  pc pugixml "$version" -lpugixml
}

build_utf8proc() {
  $CC $CFLAGS -DUTF8PROC_STATIC -c utf8proc.c -o utf8proc.o
  mkdir -p "$out/lib"
  $AR rcsD "$out/lib/libutf8proc.a" utf8proc.o
  install -D -m 644 -t "$out/include" utf8proc.h
  pc libutf8proc "$version" -lutf8proc
  sed -i 's/^Cflags:.*/& -DUTF8PROC_STATIC/' "$out/lib/pkgconfig/libutf8proc.pc"
}

# Time zones are the system's own (/usr/share/zoneinfo).
build_howardhinnant-date() {
  configure . -DBUILD_TZ_LIB=ON -DUSE_SYSTEM_TZ_DB=ON -DMANUAL_TZ_DB=OFF -DCMAKE_INSTALL_PREFIX="$out" -DCMAKE_INSTALL_LIBDIR=lib \
    -DCMAKE_CXX_STANDARD=17
  ninja -C build -j"$jobs" install
}
