// The packaged libcpprest is not built with ThreadSanitizer, so the atomic reference counts it
// decrements are not seen, and the last owner's delete looks like a race. Ours stays checked.

extern "C" const char* __tsan_default_suppressions() {
  return "race:pplx::details::_RefCounter::_Release\n";
}
