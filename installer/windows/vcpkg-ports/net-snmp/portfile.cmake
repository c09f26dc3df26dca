# The library's own build for MSVC is a Perl script that writes makefiles for nmake; of those only libsnmp is built.
vcpkg_download_distfile(archive
  URLS "https://deb.debian.org/debian/pool/main/n/net-snmp/net-snmp_5.9.3+dfsg.orig.tar.xz"
  FILENAME net-snmp_5.9.3+dfsg.orig.tar.xz
  SHA512 9d07c221573f34ad087cd99b5bf8503ed473b8915210e17cf0da7131b51f501e2ee898160665d02bffebb92f0270be35aefc305b1ab89db40fe9b16481a595c4)
vcpkg_extract_source_archive(source ARCHIVE ${archive})
vcpkg_find_acquire_program(PERL)
find_program(NMAKE nmake REQUIRED)
vcpkg_execute_required_process(WORKING_DIRECTORY ${source}/win32 LOGNAME configure-${TARGET_TRIPLET} COMMAND
  ${PERL} Configure --config=release --linktype=static --with-ssl --with-ipv6
  --with-sslincdir=${CURRENT_INSTALLED_DIR}/include --with-ssllibdir=${CURRENT_INSTALLED_DIR}/lib)
vcpkg_execute_required_process(WORKING_DIRECTORY ${source}/win32 LOGNAME build-${TARGET_TRIPLET} COMMAND ${NMAKE} /nologo libsnmp)
file(INSTALL ${source}/include/net-snmp ${source}/win32/net-snmp DESTINATION ${CURRENT_PACKAGES_DIR}/include)
file(INSTALL ${source}/win32/lib/release/netsnmp.lib DESTINATION ${CURRENT_PACKAGES_DIR}/lib)
file(INSTALL ${source}/win32/lib/release/netsnmp.lib DESTINATION ${CURRENT_PACKAGES_DIR}/debug/lib)
vcpkg_install_copyright(FILE_LIST ${source}/COPYING)
