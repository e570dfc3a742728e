#include "tests/support/certificates.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace postern::test {

temp_dir::temp_dir() {
    auto name = (std::filesystem::temp_directory_path() / "postern-test-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
}

temp_dir::~temp_dir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

namespace {

pid_t spawn(const std::vector<std::string>& words, int output) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    std::vector<char*> argv;
    for (auto& w : words)
        argv.push_back(const_cast<char*>(w.c_str()));
    argv.push_back(nullptr);
    pid_t child = -1;
    auto failed = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed) throw std::runtime_error("cannot start " + words[0]);
    return child;
}

// Everything until the end of the pipe; false when the deadline came first.
bool drain(int from, std::string& into, int seconds) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    for (;;) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        pollfd one{from, POLLIN, 0};
        if (left.count() <= 0) return false;
        if (poll(&one, 1, static_cast<int>(left.count())) <= 0) continue;
        char some[4096];
        auto n = read(from, some, sizeof some);
        if (n == 0) return true;
        if (n < 0 && errno != EINTR) return true;
        if (n > 0) into.append(some, static_cast<std::size_t>(n));
    }
}

void must(const std::vector<std::string>& words) {
    auto done = run_program(words);
    if (done.status != 0) throw std::runtime_error(words[0] + " " + words[1] + ": " + done.output);
}

}

ran run_program(const std::vector<std::string>& words, int seconds) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    auto child = spawn(words, ends[1]);
    close(ends[1]);
    ran out;
    auto ended = drain(ends[0], out.output, seconds);
    close(ends[0]);
    if (!ended) kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    out.status = ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

namespace {

void make_key(const wanted& want, const std::string& to) {
    std::vector<std::string> words{"openssl", "genpkey", "-out", to};
    if (want.key == "rsa")
        words.insert(words.end(), {"-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"});
    else if (want.key == "ed25519")
        words.insert(words.end(), {"-algorithm", "ED25519"});
    else
        words.insert(words.end(), {"-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"});
    must(words);
}

void encrypt_key(const wanted& want, const std::string& from, const std::string& to) {
    std::vector<std::string> words{
        "openssl",
        "pkey",
        "-in",
        from,
        "-out",
        to,
        "-aes-256-cbc",
        "-passout",
        "pass:" + want.phrase};
    if (want.file == "traditional") words.push_back("-traditional");
    must(words);
}

}

namespace {

std::string date_of(int days) {
    auto when = std::chrono::system_clock::now() + std::chrono::hours(24) * days;
    auto seconds = std::chrono::system_clock::to_time_t(when);
    char text[32];
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return std::string(text, std::strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &parts));
}

// What `openssl ca` wants.
std::string ca_config(const temp_dir& dir) {
    write_file(dir.file("index.txt"), "");
    return "[ca]\ndefault_ca = it\n[it]\ndatabase = " + dir.file("index.txt") +
           "\nnew_certs_dir = " + dir.path().string() +
           "\nrand_serial = yes\ndefault_md = sha256\npolicy = any\nemail_in_dn = no\n" +
           "unique_subject = no\n[any]\ncommonName = supplied\n";
}

// `openssl x509 -days` cannot go back in time; `openssl ca` can, but wants a folder of its own.
void sign(
    const wanted& want,
    const temp_dir& dir,
    const std::string& request,
    const std::string& key,
    const std::string& to
) {
    auto config = ca_config(dir);
    if (!want.extensions.empty()) config += "[more]\n" + want.extensions + "\n";
    write_file(dir.file("ca.conf"), config);
    std::vector<std::string> words{"openssl", "ca", "-batch", "-notext", "-in", request};
    words.insert(words.end(), {"-config", dir.file("ca.conf")});
    if (want.issuer) {
        write_file(dir.file("issuer.pem"), want.issuer->certificate);
        write_file(dir.file("issuer-key.pem"), want.issuer->key);
        words.insert(words.end(), {"-cert", dir.file("issuer.pem")});
        words.insert(words.end(), {"-keyfile", dir.file("issuer-key.pem")});
    } else {
        words.insert(words.end(), {"-selfsign", "-keyfile", key});
    }
    if (!want.extensions.empty()) words.insert(words.end(), {"-extensions", "more"});
    words.insert(words.end(), {"-out", to, "-startdate", date_of(std::min(want.days, 0) - 30)});
    words.insert(words.end(), {"-enddate", date_of(want.days)});
    must(words);
}

}

identity make_identity(const wanted& want) {
    temp_dir dir;
    auto key = dir.file("key.pem"), request = dir.file("request.pem"), made = dir.file("cert.pem");
    make_key(want, key);
    auto subject = "/CN=" + want.name;
    must({"openssl", "req", "-new", "-key", key, "-subj", subject, "-out", request});
    sign(want, dir, request, key, made);
    identity out{read_file(made), read_file(key)};
    if (!want.phrase.empty()) {
        encrypt_key(want, key, dir.file("locked.pem"));
        out.key = read_file(dir.file("locked.pem"));
    }
    return out;
}

std::string make_crl(const identity& issuer, const std::vector<identity>& revoked, int days) {
    temp_dir dir;
    write_file(dir.file("ca.conf"), ca_config(dir));
    write_file(dir.file("issuer.pem"), issuer.certificate);
    write_file(dir.file("issuer-key.pem"), issuer.key);
    std::vector<std::string> words{"openssl", "ca", "-config", dir.file("ca.conf")};
    words.insert(words.end(), {"-cert", dir.file("issuer.pem")});
    words.insert(words.end(), {"-keyfile", dir.file("issuer-key.pem")});
    for (auto& one : revoked) {
        write_file(dir.file("revoked.pem"), one.certificate);
        auto more = words;
        more.insert(more.end(), {"-revoke", dir.file("revoked.pem")});
        must(more);
    }
    words.insert(words.end(), {"-gencrl", "-out", dir.file("crl.pem")});
    words.insert(words.end(), {"-crl_lastupdate", date_of(std::min(days, 0) - 30)});
    words.insert(words.end(), {"-crl_nextupdate", date_of(days)});
    must(words);
    return read_file(dir.file("crl.pem"));
}

const identity& ecdsa_identity() {
    static const auto made = make_identity({});
    return made;
}

const identity& rsa_identity() {
    static const auto made = make_identity({.key = "rsa"});
    return made;
}

}
