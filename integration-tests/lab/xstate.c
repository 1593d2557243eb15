/*
 * Preloaded into the guest kernel: ptrace(PTRACE_SETREGSET, NT_X86_XSTATE) as User-Mode Linux 6.1 expects it.
 *
 * That kernel keeps 2696 octets of extended state for each of its processes. Its host wants the whole standard-format
 * area of the CPU or answers EFAULT, and on CPUs with AMX that is 11008 octets: no guest process would start. So a
 * refused area is repeated in full length with everything behind it in its initial state, which it always is: nobody
 * asks the host for tile registers.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { XSTATE_BV = 512, LEGACY_AND_HEADER = 576, LARGEST = 65536 };

static unsigned char area[LARGEST] __attribute__((aligned(64)));
static size_t full_length; /* 0: the host takes the guest kernel's length as it is */

/* Components of the extended state that lie within the first LENGTH octets, CPUID leaf 0xd. */
static uint64_t components_within(size_t length) {
  uint64_t components = 3;
  for (unsigned int i = 2; i < 63; i++) {
    unsigned int size, offset, flags, unused;
    __cpuid_count(0xd, i, size, offset, flags, unused);
    if (size != 0 && (flags & 1) == 0 && offset + size <= length) components |= UINT64_C(1) << i;
  }
  return components;
}

static long call(long request, long pid, void *address, void *data) {
  return syscall(SYS_ptrace, request, pid, address, data);
}

static long set_in_full(long request, long pid, const struct iovec *given) {
  static uint64_t components;
  uint64_t present;
  if (components == 0) components = components_within(given->iov_len);
  memcpy(area, given->iov_base, given->iov_len);
  memcpy(&present, area + XSTATE_BV, sizeof present);
  present &= components;
  memcpy(area + XSTATE_BV, &present, sizeof present);
  struct iovec whole = {.iov_base = area, .iov_len = full_length};
  return call(request, pid, (void *)NT_X86_XSTATE, &whole);
}

static long set_xstate(long request, long pid, const struct iovec *given) {
  if (full_length != 0) return set_in_full(request, pid, given);
  long result = call(request, pid, (void *)NT_X86_XSTATE, (void *)given);
  if (result == 0 || errno != EFAULT || given->iov_len < LEGACY_AND_HEADER) return result;
  struct iovec whole = {.iov_base = area, .iov_len = sizeof area};
  if (call(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &whole) != 0) return -1;
  memset(area, 0, sizeof area);
  if (whole.iov_len <= given->iov_len) {
    errno = EFAULT;
    return -1;
  }
  full_length = whole.iov_len;
  return set_in_full(request, pid, given);
}

long ptrace(enum __ptrace_request request, ...) {
  va_list arguments;
  va_start(arguments, request);
  long pid = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  if (request == PTRACE_SETREGSET && (uintptr_t)address == NT_X86_XSTATE) return set_xstate(request, pid, data);
  if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
    long word; /* the system call stores what the library function returns */
    long result = call(request, pid, address, &word);
    if (result < 0) return result;
    errno = 0; /* how callers tell a stored -1 from a failure */
    return word;
  }
  return call(request, pid, address, data);
}
