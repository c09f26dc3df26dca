// cpprestsdk spells it so; mingw-w64 has it in lower case.
#include <versionhelpers.h>
