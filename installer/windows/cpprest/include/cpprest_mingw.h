// Included before everything else (-include) wherever cpprestsdk is compiled or used with mingw-w64:
// what its headers take for granted of MSVC.

#pragma once

#include <assert.h>    // before SafeInt3.hpp, which includes it within a namespace
#include <winsock2.h>  // before windows.h, which would bring the old winsock
#include <crtdbg.h>    // _ASSERTE
#include <intrin.h>
#include <share.h>  // _SH_DENYRW
#include <stdlib.h>
#include <wchar.h>

#ifndef _ASSERTE
#define _ASSERTE(x) assert(x)
#endif
#ifndef WININET_E_INCORRECT_HANDLE_STATE  // not in the winerror.h of mingw-w64 10
#define WININET_E_INCORRECT_HANDLE_STATE (static_cast<HRESULT>(0x80072EF3L))
#endif
#define _wcstod_l(text, end, locale) wcstod((text), (end))  // msvcrt has none; ours is the C locale
#ifndef _ReturnAddress
#define _ReturnAddress() __builtin_return_address(0)
#endif
#ifndef __assume
#define __assume(holds)                      \
  do {                                       \
    if (!(holds)) __builtin_unreachable();   \
  } while (0)
#endif
