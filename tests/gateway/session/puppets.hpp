#pragma once

#include "gateway/lookup/lookup.hpp"
#include "protocols/dialogue.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace postern::test {

// A protocol and a lookup that do as a test tells them and keep account of how they were called.
// The call number `break_at` (of all calls, from 1) fails with errc::truncated.
struct account {
    std::vector<std::string> calls;
    std::size_t break_at = 0;

    bool breaks(std::string call) {
        calls.push_back(std::move(call));
        return calls.size() == break_at;
    }
    std::string text() const {
        std::string all;
        for (auto& c : calls)
            all += (all.empty() ? "" : ", ") + c;
        return all;
    }
};

class puppet_dialogue final : public dialogue {
public:
    explicit puppet_dialogue(account& a) : account_(a) {}

    std::deque<std::string> users;          // one a login; then the client says goodbye
    std::deque<std::string> replies{"+OK"}; // of the upstream; "-..." refuses, "-4..." for now;
                                            // "hang" never comes
    std::string rest;

    task<result<sasl::credentials>> ask() override {
        if (account_.breaks("ask")) co_return errc::truncated;
        if (users.empty()) co_return errc::goodbye;
        sasl::credentials c;
        c.mechanism = "PLAIN";
        c.user = users.front();
        c.password = secret("sesame");
        users.pop_front();
        co_return c;
    }

    task<result<void>> refuse(const refusal& r) override {
        std::string kind = r.why == refusal::kind::bad_login ? "bad_login"
                           : r.why == refusal::kind::denied  ? "denied"
                                                             : "unavailable";
        if (r.temporary) kind += " for now";
        if (account_.breaks("refuse " + kind + (r.text.empty() ? "" : " " + r.text)))
            co_return errc::truncated;
        co_return result<void>();
    }

    task<result<entry>> enter(stream& upstream, const sasl::credentials& c, bool starttls)
        override {
        std::string pass(c.password.reveal());
        std::string how = starttls ? "enter by STARTTLS " : "enter ";
        if (account_.breaks(how + c.user + ":" + pass)) co_return errc::truncated;
        auto reply = replies.front();
        replies.pop_front();
        if (reply == "hang") {
            auto got = co_await upstream.read(1);
            if (!got) co_return got.error();
        }
        entry e;
        e.accepted = reply[0] == '+';
        e.temporary = reply.starts_with("-4");
        e.reply = reply;
        co_return e;
    }

    task<result<void>> admit(const entry& e) override {
        if (account_.breaks("admit " + e.reply)) co_return errc::truncated;
        co_return result<void>();
    }

    std::string take_rest() override { return rest; }

private:
    account& account_;
};

class puppet_lookup final : public gateway::lookup {
public:
    explicit puppet_lookup(account& a) : account_(a) {}

    std::function<gateway::verdict(const gateway::query&)> answer;

    task<result<gateway::verdict>> find(const gateway::query& q, std::string& trouble) override {
        auto call = "find " + q.login.user + " " + std::to_string(q.attempt);
        if (account_.breaks(call)) {
            trouble = "as told";
            co_return errc::truncated;
        }
        co_return answer(q);
    }

private:
    account& account_;
};

}
