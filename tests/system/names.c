/* Preloaded into the program by names.py: getaddrinfo(3) finds some names in a file, "name address address" a line, which a test
   changes while the program runs. All others go their usual way. Built by the test with cc -shared -fPIC. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* The addresses of a line as one list, each made by the real function, so that freeaddrinfo(3) knows them. */
static int all_of(char *line, const char *service, const struct addrinfo *hints, struct addrinfo **out, lookup *real) {
    struct addrinfo literal = hints ? *hints : (struct addrinfo){0}, **end = out;
    char *state, *host;
    literal.ai_flags = (literal.ai_flags | AI_NUMERICHOST) & ~AI_ADDRCONFIG;
    *out = NULL;
    strtok_r(line, " \n", &state);
    while ((host = strtok_r(NULL, " \n", &state))) {
        if (real(host, service, &literal, end) != 0) *end = NULL; /* of a family that is not wanted */
        while (*end) end = &(*end)->ai_next;
    }
    return *out ? 0 : EAI_NONAME;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out) {
    lookup *real = (lookup *)dlsym(RTLD_NEXT, "getaddrinfo");
    const char *path = getenv("POSTERN_TEST_NAMES");
    FILE *file = name && path ? fopen(path, "re") : NULL;
    char line[1024];
    size_t length = name ? strlen(name) : 0;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, length) == 0 && line[length] == ' ') {
            fclose(file);
            return all_of(line, service, hints, out, real);
        }
    if (file) fclose(file);
    return real(name, service, hints, out);
}
