#include "config/directive/all.hpp"
#include "config/report/dump.hpp"
#include "config/report/reference.hpp"
#include "tests/config/support.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/without_origins.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

using namespace postern;

namespace {

struct row {
    unsigned where; // main or server
    const char *name, *toml, *dumped;
};

// Every directive with a value that is not its default.
// clang-format off
constexpr row rows[] = {
    {config::in_main, "ssl_key_process", "true", "\"on\""},
    {config::in_main, "worker_processes", "0", "0"},
    {config::in_main, "worker_connections", "500", "500"},
    {config::in_main, "worker_rlimit_nofile", "5000", "5000"},
    {config::in_main, "daemon", "\"on\"", "\"on\""},
    {config::in_main, "worker_shutdown_timeout", "\"5m\"", "\"5m\""},
    {config::in_main, "user", "\"mail adm\"", "\"mail adm\""},
    {config::in_main, "pid", "\"run/p.pid\"", "\"run/p.pid\""},
    {config::in_main, "error_log", "[[\"my log\", \"debug\"], \"b\"]", "[[\"my log\", \"debug\"], \"b error\"]"},
    {config::in_server, "error_log", "[\"a debug\", \"syslog:server=unix:/dev/log\"]",
     "[\"a debug\", \"syslog:server=unix:/dev/log error\"]"},
    {config::in_main, "access_log", "\"off\"", "\"off\""},
    {config::in_main, "log_format", "\"json\"", "\"json\""},
    {config::in_server, "listen", "[\"1 ssl\", \"[::]:2\"]", "[\"0.0.0.0:1 ssl\", \"[::]:2\"]"},
    {config::in_server, "protocol", "\"%\"", "\"%\""},
    {config::in_server, "set_real_ip_from", "\"10.0.0.0/8\"", "[\"10.0.0.0/8\"]"},
    {config::in_server, "server_name", "\"a.b\"", "\"a.b\""},
    {config::in_server, "timeout", "\"7s\"", "\"7s\""},
    {config::in_server, "max_errors", "7", "7"},
    {config::in_server, "max_commands", "7", "7"},
    {config::in_server, "max_login_failures", "7", "7"},
    {config::in_server, "max_sasl_steps", "7", "7"},
    {config::in_server, "imap_max_literals", "7", "7"},
    {config::in_server, "login_timeout", "\"7m\"", "\"7m\""},
    {config::in_server, "max_login_bytes", "\"2m\"", "\"2m\""},
    {config::in_server, "max_login_memory", "\"2m\"", "\"2m\""},
    {config::in_server, "ssl", "true", "\"on\""},
    {config::in_server, "starttls", "\"only\"", "\"only\""},
    {config::in_server, "ssl_certificate", "[\"rsa.pem\", \"ecdsa.pem\"]", "[\"rsa.pem\", \"ecdsa.pem\"]"},
    {config::in_server, "ssl_certificate_key", "\"key.pem\"", "[\"key.pem\"]"},
    {config::in_server, "ssl_password_file", "\"pass.txt\"", "\"pass.txt\""},
    {config::in_server, "ssl_ciphers", "\"ALL:!x\"", "\"ALL:!x\""},
    {config::in_server, "ssl_prefer_server_ciphers", "false", "\"off\""},
    {config::in_server, "ssl_protocols", "\"SSLv2 TLSv1.3\"", "\"SSLv2 TLSv1.3\""},
    {config::in_server, "ssl_session_cache", "\"builtin:5 shared:A:1m\"", "\"builtin:5 shared:A:1m\""},
    {config::in_server, "ssl_session_timeout", "\"1d\"", "\"1d\""},
    {config::in_server, "ssl_verify_client", "\"optional_no_ca\"", "\"optional_no_ca\""},
    {config::in_server, "ssl_verify_depth", "3", "3"},
    {config::in_server, "ssl_client_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "ssl_trusted_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "ssl_crl", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "ssl_client_identity", "\"cn\"", "\"cn\""},
    {config::in_server, "proxy_ssl", "\"starttls\"", "\"starttls\""},
    {config::in_server, "proxy_allow_plaintext", "true", "\"on\""},
    {config::in_server, "proxy_ssl_verify", "false", "\"off\""},
    {config::in_server, "proxy_ssl_trusted_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "proxy_ssl_crl", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "proxy_ssl_verify_depth", "7", "7"},
    {config::in_server, "proxy_ssl_name", "\"[2001:DB8::1]\"", "\"2001:db8::1\""},
    {config::in_server, "proxy_ssl_pin", "\"sha256:3031323334353637383930313233343536373839303132333435363738393031\"", "[\"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"]"},
    {config::in_server, "proxy_ssl_server_name", "false", "\"off\""},
    {config::in_server, "proxy_ssl_alpn", "false", "\"off\""},
    {config::in_server, "proxy_ssl_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "proxy_ssl_certificate_key", "\"key.pem\"", "\"key.pem\""},
    {config::in_server, "proxy_ssl_password_file", "\"pass.txt\"", "\"pass.txt\""},
    {config::in_server, "proxy_ssl_session_reuse", "false", "\"off\""},
    {config::in_server, "proxy_ssl_protocols", "\"TLSv1.3\"", "\"TLSv1.3\""},
    {config::in_server, "proxy_ssl_ciphers", "\"HIGH\"", "\"HIGH\""},
    {config::in_server, "imap_auth", "\"login\"", "\"login\""},
    {config::in_server, "imap_capabilities", "[\"A\"]", "[\"A\"]"},
    {config::in_server, "imap_client_buffer", "\"8k\"", "\"8k\""},
    {config::in_server, "pop3_auth", "\"plain login\"", "\"plain login\""},
    {config::in_server, "pop3_capabilities", "[]", "[]"},
    {config::in_server, "pop3_client_buffer", "\"2k\"", "\"2k\""},
    {config::in_server, "smtp_auth", "\"none\"", "\"none\""},
    {config::in_server, "smtp_capabilities", "[\"SIZE 5\"]", "[\"SIZE 5\"]"},
    {config::in_server, "smtp_client_buffer", "600", "600"},
    {config::in_server, "smtp_greeting_delay", "\"1500ms\"", "\"1500ms\""},
    {config::in_server, "proxy_buffer", "\"8k\"", "\"8k\""},
    {config::in_server, "proxy_timeout", "\"1h\"", "\"1h\""},
    {config::in_server, "proxy_connect_timeout", "\"3s\"", "\"3s\""},
    {config::in_server, "proxy_pass_error_message", "true", "\"on\""},
    {config::in_server, "xclient", "false", "\"off\""},
    {config::in_server, "proxy_smtp_auth", "true", "\"on\""},
    {config::in_server, "proxy_protocol", "\"on\"", "\"on\""},
    {config::in_server, "proxy_protocol", "\"v2\"", "\"v2\""},
    {config::in_server, "resolver", "\"[::1]:5353 192.0.2.53 valid=90 ipv6=off\"",
     "\"[::1]:5353 192.0.2.53 valid=90s ipv6=off\""},
    {config::in_server, "resolver_timeout", "5", "\"5s\""},
    {config::in_server, "upstream", "\"127.0.0.1:5\"", "\"127.0.0.1:5\""},
    {config::in_server, "upstream_user", "\"{local}\"", "\"{local}\""},
    {config::in_server, "auth_http", "\"localhost:5/x\"", "\"http://localhost:5/x\""},
    {config::in_server, "auth_http_timeout", "\"3s\"", "\"3s\""},
    {config::in_server, "auth_http_pass_client_cert", "true", "\"on\""},
    {config::in_server, "auth_http_header", "\"X y\"", "[\"X y\"]"},
    {config::in_server, "auth_http_ssl_verify", "true", "\"on\""},
    {config::in_server, "auth_http_ssl_trusted_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "auth_http_ssl_name", "\"A.example\"", "\"A.example\""},
    {config::in_server, "auth_http_ssl_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_server, "auth_http_ssl_certificate_key", "\"key.pem\"", "\"key.pem\""},
    {config::in_server, "auth_http_ssl_password_file", "\"pass.txt\"", "\"pass.txt\""},
    {config::in_route, "user", "\"j@x\"", "\"j@x\""},
    {config::in_route, "domain", "\"x.y\"", "\"x.y\""},
    {config::in_route, "pattern", "\"*@x\"", "\"*@x\""},
    {config::in_route, "protocol", "\"%\"", "\"%\""},
    {config::in_route, "upstream", "\"127.0.0.1:6\"", "\"127.0.0.1:6\""},
    {config::in_route, "upstream_user", "\"{local}\"", "\"{local}\""},
    {config::in_main, "ssl_certificate_watch", "\"2s\"", "\"2s\""},
    {config::in_server, "ssl_certificate_dir", "\"certs\"", "\"certs\""},
    {config::in_server, "ssl_certificate_cache", "\"max=7\"", "\"max=7\""},
    {config::in_server, "ssl_reject_unknown_sni", "true", "\"on\""},
    {config::in_server, "ssl_session_tickets", "false", "\"off\""},
    {config::in_server, "ssl_session_ticket_key", "\"ticket.key\"", "[\"ticket.key\"]"},
    {config::in_certificate, "ssl_certificate", "\"rsa.pem\"", "\"rsa.pem\""},
    {config::in_certificate, "ssl_certificate_key", "\"key.pem\"", "\"key.pem\""},
    {config::in_certificate, "ssl_stapling_file", "\"ocsp.der\"", "\"ocsp.der\""},
    {config::in_certificate, "names", "\"*.X\"", "[\"*.x\"]"},
    {config::in_main, "ssl_handshake_rate", "100", "100"},
    {config::in_main, "ssl_keylog_file", "\"keys\"", "\"keys\""},
    {config::in_server, "ssl_ecdh_curve", "\"X25519:P-256\"", "\"X25519:P-256\""},
    {config::in_server, "ssl_ciphersuites", "\"A:B\"", "\"A:B\""},
    {config::in_server, "ssl_stapling_file", "\"ocsp.der\"", "[\"ocsp.der\"]"},
    {config::in_server, "ssl_stapling", "false", "\"off\""},
    {config::in_server, "ssl_stapling_verify", "\"off\"", "\"off\""},
    {config::in_server, "ssl_early_data", "\"off\"", "\"off\""},
    {config::in_server, "ssl_certificate_compression", "\"off\"", "\"off\""},
    {config::in_server, "ssl_conf_command", "\"Options AntiReplay\"", "[\"Options AntiReplay\"]"},
};
// clang-format on

std::string with_protocol(std::string text, const std::string& protocol) {
    if (auto at = text.find('%'); at != text.npos) text.replace(at, 1, protocol);
    return text;
}

constexpr auto proxy_pin = "proxy_ssl_pin = \"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\"\n";

// A whole configuration in which the row's directive means something.
std::string configuration(const row& r) {
    std::string name = r.name, protocol = name.substr(0, name.find('_'));
    if (name == "xclient" || name == "proxy_smtp_auth" || name.starts_with("resolver"))
        protocol = "smtp";
    if (protocol != "pop3" && protocol != "smtp") protocol = "imap";
    auto line = name + " = " + with_protocol(r.toml, protocol) + "\n";
    std::string main, server = "[[mail.server]]\n", route;
    if (r.where == config::in_main) main = line;
    if (r.where == config::in_server) server += line;
    if (name != "listen")
        server +=
            std::string("listen = \"2525") +
            (name.starts_with("ssl_") || name == "names" || name.ends_with("_client_cert") ? " ssl"
                                                                                           : "") +
            "\"\n";
    if (name != "protocol" || r.where == config::in_route)
        server += "protocol = \"" + protocol + "\"\n";
    if (name == "set_real_ip_from") server.replace(server.find("2525") + 4, 0, " proxy_protocol");
    if (protocol == "smtp" && name != "proxy_smtp_auth") server += "proxy_smtp_auth = true\n";
    if (name.starts_with("proxy_ssl_")) server += "proxy_ssl = \"starttls\"\n";
    if (name == "proxy_ssl_verify") server += proxy_pin;
    if (name == "proxy_ssl_certificate_key" || name == "proxy_ssl_password_file")
        server += "proxy_ssl_certificate = \"rsa.pem\"\n";
    if (name == "auth_http_ssl_certificate_key" || name == "auth_http_ssl_password_file")
        server += "auth_http_ssl_certificate = \"rsa.pem\"\n";
    if (name == "resolver_timeout") server += "resolver = \"192.0.2.53\"\n";
    if (name == "ssl_client_identity") server += "imap_auth = \"external\"\n";
    if (name.starts_with("auth_http_") || name == "ssl_client_identity")
        server += name.starts_with("auth_http_ssl_") ? "auth_http = \"https://h\"\n"
                                                     : "auth_http = \"localhost\"\n";
    else if (name != "upstream" && name != "auth_http")
        server += "upstream = \"localhost\"\n";
    for (auto about :
         {"ssl_verify_depth", "ssl_client_", "ssl_trusted_", "ssl_crl", "auth_http_pass"})
        if (name.starts_with(about)) server += "ssl_verify_client = \"optional_no_ca\"\n";
    if (name == "ssl_certificate_cache") server += "ssl_certificate_dir = \"certs\"\n";
    if (r.where == config::in_certificate) {
        server += "[[mail.server.certificate]]\n" + line;
        if (name != "ssl_certificate") server += "ssl_certificate = \"rsa.pem\"\n";
    }
    if (r.where != config::in_route) return main + server;
    route = "[[mail.server.route]]\n" + line;
    if (name != "upstream") route += "upstream = \"localhost\"\n";
    if (name != "user" && name != "domain" && name != "pattern") route += "user = \"x\"\n";
    return server + route;
}

std::string read_whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}

TEST_CASE("every directive can be written, and is dumped as it was written") {
    for (auto& r : rows) {
        auto text = configuration(r);
        INFO(text);
        auto got = test::load(text);
        INFO(test::summary(got.diagnostics));
        CHECK(got.diagnostics.empty());
        auto all = config::dump(got);
        std::string name = r.name, protocol = name.find("smtp") == name.npos ? "imap" : "smtp";
        auto wanted = "\n" + name + " = " + with_protocol(r.dumped, protocol) + "  # postern.toml:";
        INFO(all);
        CHECK(("\n" + all).find(wanted) != std::string::npos);
        CHECK(all.find("the bytes of") == all.npos);

        auto again = test::load(all);
        INFO(test::summary(again.diagnostics));
        CHECK(again.diagnostics.empty());
        CHECK(test::without_origins(config::dump(again)) == test::without_origins(all));
    }
}

TEST_CASE("the table above has every directive") {
    std::set<std::pair<std::string_view, unsigned>> tried;
    auto block_of = [](unsigned where) {
        return where & config::in_server ? 0 : where & (config::in_route | config::in_certificate);
    };
    for (auto& r : rows)
        tried.emplace(r.name, block_of(r.where));
    tried.emplace("ssl_dhparam", block_of(config::in_server)); // always a warning, never dumped
    for (auto d : config::all_directives()) {
        INFO(d->name);
        CHECK(tried.contains({d->name, block_of(d->where)}));
    }
    CHECK(tried.size() == config::all_directives().size());
}

TEST_CASE("a dump keeps file names as they were, wherever the configuration lies") {
    for (auto name : {"p.toml", "conf/p.toml", "/etc/postern/p.toml"}) {
        INFO(name);
        auto text = "pid = \"/run/x.pid\"\nerror_log = \"my.log\"\n[[mail.server]]\n"
                    "listen = [\"unix:s.sock ssl\", \"993 ssl\"]\nauth_http = \"unix:a.sock:/x\"\n";
        auto got = config::load(text, name, test::read_fake);
        auto all = config::dump(got);
        for (auto line :
             {"pid = \"/run/x.pid\"",
              "error_log = [\"my.log error\"]",
              "listen = [\"unix:s.sock ssl\", \"0.0.0.0:993 ssl\"]",
              "auth_http = \"unix:a.sock:/x\"",
              "ssl_certificate = [\"cert.pem\"]"})
            CHECK(all.find(line) != all.npos);
        auto again = config::load(all, name, test::read_fake);
        REQUIRE(again.made);
        auto &now = again.made->servers[0].listen, &then = got.made->servers[0].listen;
        REQUIRE(now.size() == then.size());
        for (std::size_t i = 0; i < now.size(); ++i) {
            CHECK(now[i].host == then[i].host);
            CHECK(now[i].port == then[i].port);
            CHECK(now[i].ssl == then[i].ssl);
        }
        CHECK(
            again.made->servers[0].tls.certificates[0].path ==
            got.made->servers[0].tls.certificates[0].path
        );
        CHECK(again.made->log.error == got.made->log.error);
    }
    CHECK(config::dump(test::load("x")).empty());
}

TEST_CASE("DIRECTIVES.md is what the directives say") {
    auto file = read_whole(POSTERN_SOURCE "/config/DIRECTIVES.md");
    if (config::reference_is_whole()) {
        CHECK(file == config::reference());
        return;
    }
    // The small build says the same, but for what it leaves to the file.
    std::istringstream said(config::reference());
    std::size_t at = 0, elsewhere = 0;
    for (std::string line; std::getline(said, line);) {
        bool refers = line.find("leaves to config/DIRECTIVES.md") != line.npos;
        auto found = refers ? at : file.find(line + "\n", at);
        INFO(line);
        REQUIRE(found != file.npos);
        at = refers ? at : found + line.size() + 1;
        elsewhere += refers;
    }
    CHECK(elsewhere > 20);
    CHECK(file.find("\n### ", at) == file.npos);
}

TEST_CASE("a directive is described by name") {
    auto text = config::describe("starttls");
    CHECK(text.starts_with("starttls\nWhether plain connections may, or must, switch to TLS.\n"));
    CHECK(text.find("on | off | only") != text.npos);
    CHECK(text.find("default: \"off\"") != text.npos);
    CHECK(text.find("[mail] or [[mail.server]]") != text.npos);
    CHECK(
        config::describe("upstream").find("[[mail.route]]") != std::string::npos
    ); // both of that name
    CHECK(config::describe("nothing").empty());
    CHECK(config::describe("ssl_session_timeout").find("\"5m\"") != std::string::npos);
}

TEST_CASE("completions know names, places and words") {
    auto all = config::completions();
    CHECK(all.size() == config::all_directives().size());
    bool found = false;
    for (auto& c : all) {
        INFO(c.name);
        CHECK_FALSE(c.summary.empty());
        CHECK_FALSE(c.syntax.empty());
        CHECK_FALSE(c.contexts.empty());
        if (c.name != "starttls") continue;
        found = true;
        CHECK(c.words == std::vector<std::string_view>{"on", "off", "only"});
    }
    CHECK(found);
    auto names = config::directive_names();
    CHECK(std::set<std::string_view>(names.begin(), names.end()).size() == names.size());
}
