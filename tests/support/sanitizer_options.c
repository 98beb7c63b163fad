// Linked into every program of a build with AddressSanitizer (cmake/Sanitizers.cmake). It lists
// faults of libraries that we cannot repair. It cannot be a file that a variable names, because our
// programs start others with bare environments.

const char* __asan_default_suppressions(void) {
  // reads freed memory after syntax errors of its own parser
  return "interceptor_via_lib:libgiac\n";
}

const char* __lsan_default_suppressions(void) {
  return "leak:libgiac\n"   // never frees what it allocates when it is loaded
         "leak:libpqxx\n"   // forgets a result when the connection breaks under a statement
         "leak:libcares\n"  // keeps ten bytes for each resolver that is open at exit
      ;
}

const char* __lsan_default_options(void) { return "print_suppressions=0"; }

const char* __ubsan_default_options(void) { return "print_stacktrace=1"; }
