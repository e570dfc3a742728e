// A name service by c-ares, 1.18 and newer: its sockets and its clock are Asio's.
#include "gateway/resolver/name_service.hpp"
#include "protocols/dns/answer.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <cstddef>
#include <map>
#include <netdb.h>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

using asio::posix::stream_descriptor;

constexpr std::size_t most_questions = 2000; // at a time; c-ares tells them apart by 16 bits

// A socket of c-ares, which opens and closes it. Handlers may come late.
struct watched {
    stream_descriptor socket;
    bool reads = false, writes = false; // what c-ares wants
    bool waits_to_read = false, waits_to_write = false;

    explicit watched(const asio::any_io_executor& where) : socket(where) {}
    bool is_open() const { return socket.is_open(); }
};

struct channel : std::enable_shared_from_this<channel> {
    asio::any_io_executor where;
    asio::steady_timer clock;
    ares_channel inner = nullptr;
    std::map<ares_socket_t, std::shared_ptr<watched>> sockets;
    std::size_t asked = 0;

    explicit channel(const asio::any_io_executor& e) : where(e), clock(e) {}

    int open(const config::resolver_settings&);
    void close();
    void ask(std::shared_ptr<question>);

    void want(ares_socket_t, bool reads, bool writes);
    void wait(ares_socket_t, const std::shared_ptr<watched>&);
    void process(ares_socket_t to_read, ares_socket_t to_write);
    void set_clock();
};

// What a call of c-ares is about, as long as it has not answered.
struct call {
    std::shared_ptr<channel> at;
    std::shared_ptr<question> asked;
};

// Reading the answer ------------------------------------------------------------------------------

using bytes = std::span<const unsigned char>;

struct free_host {
    void operator()(hostent* h) const { ares_free_hostent(h); }
};
using host = std::unique_ptr<hostent, free_host>;

// The first is the one to take: the others are aliases only to c-ares.
void read_names(question& q, const hostent& from) {
    for (auto** alias = from.h_aliases; alias && *alias; ++alias)
        q.found.emplace_back(*alias);
    if (q.found.empty() && from.h_name) q.found.emplace_back(from.h_name);
}

void read_addresses(question& q, const hostent& from) {
    char text[INET6_ADDRSTRLEN];
    for (auto** one = from.h_addr_list; one && *one; ++one)
        if (inet_ntop(from.h_addrtype, *one, text, sizeof text)) q.found.emplace_back(text);
}

int parse(question& q, bytes answer) {
    hostent* made = nullptr;
    auto size = static_cast<int>(answer.size());
    int status = ARES_EBADRESP;
    switch (q.what) {
    case question::kind::names:
        status = ares_parse_ptr_reply(answer.data(), size, nullptr, 0, AF_INET, &made);
        break;
    case question::kind::addresses_v4:
        status = ares_parse_a_reply(answer.data(), size, &made, nullptr, nullptr);
        break;
    case question::kind::addresses_v6:
        status = ares_parse_aaaa_reply(answer.data(), size, &made, nullptr, nullptr);
        break;
    }
    host owned(made);
    if (status != ARES_SUCCESS || !owned) return status;
    if (q.what == question::kind::names)
        read_names(q, *owned);
    else
        read_addresses(q, *owned);
    q.lasts = dns::least_time(answer);
    return q.found.empty() ? ARES_ENODATA : ARES_SUCCESS;
}

void answered(void* about, int status, int, unsigned char* answer, int size) {
    std::unique_ptr<call> done(static_cast<call*>(about));
    --done->at->asked;
    auto& q = *done->asked;
    using outcome = question::outcome;
    if (status == ARES_SUCCESS && size > 0)
        status = parse(q, {answer, static_cast<std::size_t>(size)});
    if (status == ARES_SUCCESS) return q.end(outcome::found);
    bool absent = status == ARES_ENOTFOUND || status == ARES_ENODATA;
    q.end(absent ? outcome::absent : outcome::failed, ares_strerror(status));
}

// The channel -------------------------------------------------------------------------------------

// Fields that newer versions have: no port is used for long, and nothing is kept that has a bound
// here and none there. The flags are those of ares.h from 1.20 and 1.31 on.
template <class Options> void use_newer(Options& o, int& mask) {
    constexpr int udp_max_queries = 1 << 19, query_cache = 1 << 21;
    if constexpr (requires { o.udp_max_queries; }) {
        o.udp_max_queries = 1;
        mask |= udp_max_queries;
    }
    if constexpr (requires { o.qcache_max_ttl; }) {
        o.qcache_max_ttl = 0;
        mask |= query_cache;
    }
}

std::string list_of(const std::vector<config::upstream_address>& servers) {
    std::string out;
    for (auto& s : servers) {
        bool v6 = s.host.find(':') != s.host.npos;
        out += (out.empty() ? "" : ",") + (v6 ? "[" + s.host + "]" : s.host) + ":" +
               std::to_string(s.port);
    }
    return out;
}

// Three rounds, each with twice the patience of the one before.
int patience_of(const config::resolver_settings& settings) {
    auto first = std::clamp<std::chrono::milliseconds>(settings.timeout / 4, 250ms, 5s);
    return static_cast<int>(first.count());
}

void socket_state(void* of, ares_socket_t socket, int reads, int writes) {
    static_cast<channel*>(of)->want(socket, reads != 0, writes != 0);
}

// Nothing of the system's configuration counts: no hosts file, no search list, no resolv.conf.
int channel::open(const config::resolver_settings& settings) {
    static const int ready = ares_library_init(ARES_LIB_INIT_ALL);
    if (ready != ARES_SUCCESS) return ready;
    static char lookups[] = "b", no_file[] = "/dev/null";
    ares_options o{};
    int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS |
               ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB |
               ARES_OPT_ROTATE;
    o.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS;
    o.timeout = patience_of(settings);
    o.tries = 3;
    o.lookups = lookups;
    o.resolvconf_path = no_file;
    o.ednspsz = 1232;
    o.sock_state_cb = socket_state;
    o.sock_state_cb_data = this;
    use_newer(o, mask);
    auto status = ares_init_options(&inner, &o, mask);
    if (status != ARES_SUCCESS) return status;
    return ares_set_servers_ports_csv(inner, list_of(settings.from.servers).c_str());
}

void channel::close() {
    if (auto last = std::exchange(inner, nullptr)) ares_destroy(last); // ends all questions
    clock.cancel();
}

void channel::ask(std::shared_ptr<question> q) {
    if (asked >= most_questions)
        return q->end(question::outcome::failed, "too many questions at a time");
    ++asked;
    auto type = q->what == question::kind::names          ? ns_t_ptr
                : q->what == question::kind::addresses_v4 ? ns_t_a
                                                          : ns_t_aaaa;
    auto name = q->name;
    auto about = std::make_unique<call>(call{shared_from_this(), std::move(q)});
    ares_query(inner, name.c_str(), ns_c_in, type, answered, about.release());
    set_clock();
}

// Called within c-ares, also before it closes a socket: then neither is wanted.
void channel::want(ares_socket_t socket, bool reads, bool writes) {
    auto& entry = sockets[socket];
    if (!entry) {
        entry = std::make_shared<watched>(where);
        error_code failed;
        entry->socket.assign(socket, failed); // else it times out
    }
    entry->reads = reads;
    entry->writes = writes;
    if (reads || writes) return wait(socket, entry);
    if (entry->is_open()) entry->socket.release();
    sockets.erase(socket);
}

void channel::wait(ares_socket_t socket, const std::shared_ptr<watched>& w) {
    auto begin = [&](bool wanted, bool watched::*waits, auto what) {
        if (!wanted || *w.*waits || !w->is_open()) return;
        *w.*waits = true;
        w->socket.async_wait(what, [self = shared_from_this(), w, waits, socket](error_code ec) {
            *w.*waits = false;
            if (ec || !w->is_open() || !self->inner) return;
            bool to_read = waits == &watched::waits_to_read;
            self->process(to_read ? socket : ARES_SOCKET_BAD, to_read ? ARES_SOCKET_BAD : socket);
            if (w->is_open()) self->wait(socket, w);
        });
    };
    begin(w->reads, &watched::waits_to_read, stream_descriptor::wait_read);
    begin(w->writes, &watched::waits_to_write, stream_descriptor::wait_write);
}

void channel::process(ares_socket_t to_read, ares_socket_t to_write) {
    ares_process_fd(inner, to_read, to_write);
    set_clock();
}

// Runs while there are questions.
void channel::set_clock() {
    timeval left{};
    if (!inner || !ares_timeout(inner, nullptr, &left)) return void(clock.cancel());
    clock.expires_after(
        std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec)
    );
    clock.async_wait([self = shared_from_this()](error_code ec) {
        if (!ec && self->inner) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    });
}

class cares final : public name_service {
public:
    explicit cares(std::shared_ptr<channel> c) : channel_(std::move(c)) {}
    ~cares() override { channel_->close(); }
    void ask(std::shared_ptr<question> q) override { channel_->ask(std::move(q)); }

private:
    std::shared_ptr<channel> channel_;
};

}

std::unique_ptr<name_service> make_name_service(
    asio::any_io_executor where, const config::resolver_settings& settings, std::string& trouble
) {
    auto made = std::make_shared<channel>(where);
    auto status = made->open(settings);
    if (status == ARES_SUCCESS) return std::make_unique<cares>(std::move(made));
    made->close();
    trouble = std::string("c-ares: ") + ares_strerror(status);
    return nullptr;
}

std::string name_service_version() { return std::string("c-ares ") + ares_version(nullptr); }

}
