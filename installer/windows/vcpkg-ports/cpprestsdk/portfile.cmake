# The same sources as the build by mingw-w64, and its patch: the thread pool also where Asio is chosen on Windows is a mistake of the
# library that MSVC meets, too; the rest of the patch asks for GCC or does no harm.
vcpkg_download_distfile(archive
  URLS "https://deb.debian.org/debian/pool/main/c/cpprest/cpprest_2.10.18.orig.tar.gz"
  FILENAME cpprest_2.10.18.orig.tar.gz
  SHA512 5f0699e7ba509e16d6a3000e6ac448f6dbc134b8e03de9ab174ba749ad7efa76cbfccb623b226d82f5dba35ef6292f0cdf121b5315d524a5a28454038d420fab)
vcpkg_extract_source_archive(source ARCHIVE ${archive} PATCHES ${CMAKE_CURRENT_LIST_DIR}/../../cpprest/mingw.patch)
vcpkg_cmake_configure(SOURCE_PATH ${source}/Release OPTIONS
  -DBUILD_TESTS=OFF -DBUILD_SAMPLES=OFF -DWERROR=OFF -DCPPREST_EXCLUDE_WEBSOCKETS=ON -DCPPREST_EXCLUDE_BROTLI=ON
  -DCPPREST_PPLX_IMPL=winpplx -DCPPREST_HTTP_LISTENER_IMPL=none -DCPPREST_HTTP_CLIENT_IMPL=asio)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/cpprestsdk)
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR}/debug/include ${CURRENT_PACKAGES_DIR}/debug/share)
vcpkg_install_copyright(FILE_LIST ${source}/license.txt)
