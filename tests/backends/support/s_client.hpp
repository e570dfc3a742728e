#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace postern::tls::test {

inline constexpr int patience_ms = 10000; // for any one wait

// A socket or pipe end, closed at the end.
class fd {
public:
    explicit fd(int number); // throws when it is not one
    fd(const fd&) = delete;
    fd& operator=(const fd&) = delete;
    ~fd() { reset(); }

    int get() const { return number_; }
    void reset();
    bool readable(int milliseconds = patience_ms) const;
    std::string receive() const; // nothing: the end, or the patience is over
    void send_all(std::span<const std::byte>) const;

private:
    int number_;
};

// A socket that listens on a free port of the loopback address.
struct listening {
    fd socket;
    std::string port;

    listening();
};

// `openssl s_client`. Its input stays open, so that it ends when the server does.
class s_client {
public:
    s_client(const std::string& port, const std::vector<std::string>& more);
    ~s_client();

    void type(std::string_view) const;
    const fd& output() const { return *output_; }
    std::string all_output() const; // until it ends

private:
    void start(const std::vector<std::string>& words, int in, int out);

    pid_t child_ = -1;
    int input_ = -1;
    std::unique_ptr<fd> output_;
};

}
