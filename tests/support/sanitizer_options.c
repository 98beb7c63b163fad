// Linked into every program of a build with AddressSanitizer (cmake/Sanitizers.cmake): what libraries
// do that are not ours to mend. Programs start with bare environments, so files named there would not
// do.

const char* __asan_default_suppressions(void) {
  return "interceptor_via_lib:libgiac\n";  // Reads freed memory after syntax errors of its own parser.
}

const char* __lsan_default_suppressions(void) {
  return "leak:libgiac\n"   // Never frees what it allocates when it is loaded.
         "leak:libpqxx\n"   // Forgets a result when the connection breaks under a statement.
         "leak:libcares\n"  // Keeps ten bytes a resolver that is open at exit.
      ;
}

const char* __lsan_default_options(void) { return "print_suppressions=0"; }

const char* __ubsan_default_options(void) { return "print_stacktrace=1"; }
