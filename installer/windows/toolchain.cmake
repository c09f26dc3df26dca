# Debian's mingw-w64 for 64-bit Windows, with the libraries that installer/windows/dependencies has built.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)  # "posix": the threads that std::thread needs
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_MC_COMPILER x86_64-w64-mingw32-windmc)

# build/windows is a link to where they lie; `dependencies` itself, building them, says the place in the environment.
if(DEFINED ENV{PLOTMETER_WINDOWS_PREFIX})
  set(PLOTMETER_WINDOWS_PREFIX $ENV{PLOTMETER_WINDOWS_PREFIX})
else()
  get_filename_component(PLOTMETER_WINDOWS_PREFIX ${CMAKE_CURRENT_LIST_DIR}/../../build/windows-dependencies REALPATH)
endif()
set(CMAKE_FIND_ROOT_PATH ${PLOTMETER_WINDOWS_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Windows 10 and Server 2016 at the least. One file, with nothing beside it: no DLL but the system's.
set(CMAKE_C_FLAGS_INIT "-D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00")
set(CMAKE_CXX_FLAGS_INIT "-D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -Wl,--no-insert-timestamp")
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
