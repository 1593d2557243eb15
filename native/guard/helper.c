#include "helper.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINES 64
#define LINE_OCTETS 400

static struct {
    char text[LINES][LINE_OCTETS];
    unsigned head, tail; /* written by the guard, by the helper */
    unsigned lost;
} ring;

static sem_t work;
static pthread_t thread;
static bool running, ending;
static bool journal; /* stderr is the journal, which reads priorities */
static int runDirectory;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the three below; the guard only ever tries it */
static struct table pending;
static bool pendingArmed, pendingWanted;

static void put(const char *line, size_t length) {
    while (length > 0) {
        struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
        if (poll(&out, 1, 1000) == 0) return; /* nobody reads: this line is lost, the next may not be */
        ssize_t n = write(STDERR_FILENO, line, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return;
        line += n;
        length -= (size_t)n;
    }
}

/* JOURNAL_STREAM of systemd.exec(5): device and inode, because a child may inherit the variable and another stderr. */
void say_open(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    char more;
    struct stat status;
    journal = stream != NULL && sscanf(stream, "%llu:%llu%c", &device, &inode, &more) == 2 &&
              fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device && status.st_ino == inode;
    if (!journal) unsetenv("JOURNAL_STREAM");
}

static bool begins(const char *text, const char *word) { return strncmp(text, word, strlen(word)) == 0; }

const char *say_priority(const char *text) {
    if (!journal) return "";
    if (begins(text, "error:")) return "<3>";
    return begins(text, "warning:") || begins(text, "fenced") ? "<4>" : "<6>";
}

void say(const char *format, ...) {
    char own[LINE_OCTETS];
    unsigned head = ring.head;
    bool full = running && head - __atomic_load_n(&ring.tail, __ATOMIC_ACQUIRE) == LINES;
    if (full) {
        ring.lost++;
        return;
    }
    char *line = running ? ring.text[head % LINES] : own;
    int length = snprintf(line, LINE_OCTETS, "%spolluxd: guard: ", say_priority(format));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + length, (size_t)(LINE_OCTETS - length - 1), format, arguments);
    va_end(arguments);
    strcat(line, "\n");
    if (!running) {
        put(line, strlen(line));
        return;
    }
    __atomic_store_n(&ring.head, head + 1, __ATOMIC_RELEASE);
    sem_post(&work);
}

static void store(void) {
    static struct table own;
    pthread_mutex_lock(&lock);
    bool wanted = pendingWanted, armed = pendingArmed;
    pendingWanted = false;
    if (wanted) memcpy(&own, &pending, sizeof own);
    pthread_mutex_unlock(&lock);
    if (!wanted) return;
    int error = table_store(runDirectory, FENCE_FILE, &own, armed);
    static int reported;
    if (error && error != reported) {
        char line[LINE_OCTETS];
        int length = snprintf(line, sizeof line, "%spolluxd: guard: error: cannot write " FENCE_FILE ": %s\n",
                              say_priority("error:"), strerror(error));
        put(line, (size_t)length);
    }
    reported = error;
}

static void *run(void *unused) {
    (void)unused;
    for (;;) {
        while (sem_wait(&work) < 0) {}
        bool last = __atomic_load_n(&ending, __ATOMIC_ACQUIRE); /* read first: what came before the end is still done */
        store();
        while (ring.tail != __atomic_load_n(&ring.head, __ATOMIC_ACQUIRE)) {
            const char *line = ring.text[ring.tail % LINES];
            put(line, strlen(line));
            __atomic_store_n(&ring.tail, ring.tail + 1, __ATOMIC_RELEASE);
            store(); /* a line may take long; the file is what fences, and must not wait for a reader of the log */
        }
        if (last) return NULL;
    }
}

bool helper_start(int directory) {
    pthread_attr_t attributes;
    runDirectory = directory;
    sem_init(&work, 0, 0);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 << 10); /* all memory is locked: not the 8 MiB that are usual */
    running = true;
    running = pthread_create(&thread, &attributes, run, NULL) == 0;
    pthread_attr_destroy(&attributes);
    return running;
}

bool helper_store(const struct table *table, bool armed) {
    if (!running || pthread_mutex_trylock(&lock) != 0) return false;
    pending.count = table->count;
    pending.used = table->used;
    memcpy(pending.entry, table->entry, table->count * sizeof table->entry[0]);
    memcpy(pending.octets, table->octets, table->used);
    pendingArmed = armed;
    pendingWanted = true;
    pthread_mutex_unlock(&lock);
    sem_post(&work);
    return true;
}

void helper_stop(void) {
    struct timespec limit;
    if (!running) return;
    if (ring.lost > 0) {
        unsigned lost = ring.lost;
        say("warning: %u log lines were lost", lost);
    }
    __atomic_store_n(&ending, true, __ATOMIC_RELEASE);
    sem_post(&work);
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 2;
    pthread_timedjoin_np(thread, NULL, &limit);
    running = false;
}
