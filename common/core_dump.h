// Keys and passphrases stay out of core dumps: a program that crashes leaves none, and no other
// process of the same user may look into its memory (prctl(2), PR_SET_DUMPABLE).
//
//    int main() { plotmeter::LeaveNoCoreDump(); … }
//
// Under the sanitizers only the limit is set, because the leak check looks into its own process.

#pragma once

namespace plotmeter {

void LeaveNoCoreDump();

}  // namespace plotmeter
