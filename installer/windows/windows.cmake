# What is different about the collector for Windows: libraries of the system, resources of the program. Included by the top CMakeLists.txt.
set(PLOTMETER_SYSTEM windows)
set(PLOTMETER_SYSTEM_LIBRARIES ws2_32 iphlpapi mswsock crypt32 bcrypt advapi32 shell32 ole32 uuid user32 gdi32)
add_compile_definitions(NOMINMAX WIN32_LEAN_AND_MEAN UNICODE _UNICODE)
enable_language(RC)
if(MINGW)
  # A section a function, in the libraries too: what nobody calls stays out of the program.
  add_compile_options(-ffunction-sections -fdata-sections -ffile-prefix-map=${PLOTMETER_WINDOWS_PREFIX}=.)
  add_link_options(-s -Wl,--gc-sections)
endif()
find_program(CMAKE_MC_COMPILER mc REQUIRED)  # the toolchain for mingw-w64 has named it already
find_program(PLOTMETER_PYTHON python3 PATHS /usr/bin REQUIRED)

# Static libraries say in no way what they need themselves.
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(cpprestsdk REQUIRED)
set(PLOTMETER_CPPREST cpprestsdk::cpprest)
if(MINGW)
  set(shims ${PLOTMETER_WINDOWS_PREFIX}/include/cpprest-mingw)
  set(PLOTMETER_CPPREST_OPTIONS "-isystem;${shims};-include;${shims}/cpprest_mingw.h")
endif()

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/installer/windows/icon.py)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/generated)
execute_process(COMMAND ${PLOTMETER_PYTHON} ${PROJECT_SOURCE_DIR}/installer/windows/icon.py ${PROJECT_BINARY_DIR}/generated/plotmeter.ico
  COMMAND_ERROR_IS_FATAL ANY)

# Name, version and icon of a program, its sentences for the Event Log, and what it asks of Windows (program.manifest).
function(plotmeter_resources target description)
  set(PROGRAM ${target})
  set(DESCRIPTION ${description})
  string(REPLACE "." "," VERSION_WORDS ${PROJECT_VERSION},0)
  configure_file(${PROJECT_SOURCE_DIR}/installer/windows/program.rc.in ${PROJECT_BINARY_DIR}/generated/${target}.rc @ONLY)
  configure_file(${PROJECT_SOURCE_DIR}/installer/windows/program.manifest.in ${PROJECT_BINARY_DIR}/generated/${target}.manifest @ONLY)
  set_source_files_properties(${PROJECT_BINARY_DIR}/generated/${target}.rc PROPERTIES OBJECT_DEPENDS
    "${PROJECT_BINARY_DIR}/generated/plotmeter.ico;${PROJECT_BINARY_DIR}/generated/${target}.manifest;${PLOTMETER_EVENTS}")
  set_source_files_properties(${PLOTMETER_EVENTS} PROPERTIES GENERATED ON)
  target_sources(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated/${target}.rc)
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/generated)
endfunction()
