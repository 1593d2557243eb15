# Reads `cc -E -dD probe.h` and writes the C program that prints every struct, field and constant of the kernel headers
# named in HEADERS below. Only names are taken from the text; sizes, offsets and values are the compiler's.
#
# Line markers (`# 12 "/usr/include/linux/xfrm.h" 3 4`) tell which header a line belongs to. Lines are joined into one
# stream of tokens per kind: `#define` lines are looked at one by one, everything else is C without comments.

BEGIN {
    headers = "/linux/(xfrm|netlink|rtnetlink|if_link|if_addr|neighbour|fib_rules|if_packet|if_tunnel)[.]h\"|/asm-generic/if_xfrm"
    prefix = "^(XFRM|NLM_F_|NLMSG|NETLINK_|NLA_|RTM_|RTMGRP_|RTNLGRP_|RTA_|RTN_|RTNH_|RTAX_|RTPROT_|RTEXT_|RT_TABLE_|RT_SCOPE_|IFA_|IFLA_|NDA_|NUD_|NTF_|FRA_|FR_ACT_|FIB_RULE_|PACKET_|IFLA_VTI_|NLMSGERR_ATTR_)"
    text = ""
}

/^# [0-9]+ "/ { wanted = ($0 ~ headers); next }

/^#define / {
    # Function-like macros have a parenthesis glued to the name; a name without a value is a header guard.
    if (wanted && $2 !~ /\(/ && NF > 2 && $2 ~ prefix) constant($2)
    next
}

/^#/ { next }

wanted { text = text " " $0 }

END {
    while ((getline line < extra) > 0) {
        if (line ~ /^#/ || line == "") continue
        split(line, column, /[ \t]+/)
        if (column[1] == "use") constant(column[2])
        if (column[1] == "newer" && !(column[2] in seen)) later[++laters] = column[2] " " column[3]
        if (column[1] == "type") aggregate("type", column[2], column[2])
    }
    gsub(/[{};,=]/, " & ", text)
    gsub(/\[/, " [", text)
    n = split(text, token, /[ \t]+/)
    for (i = 1; i <= n; i++) {
        if (token[i] == "enum") i = enumeration(i + 1)
        else if (token[i] == "struct" && token[i + 2] == "{") i = structure(i + 1)
    }
    # An enumerator that the headers have makes the row of newer.tsv superfluous.
    print "#include \"xfrm-abi.h\""
    for (i = 1; i <= laters; i++) {
        split(later[i], column, " ")
        if (!(column[1] in seen)) { print "#define " column[1] " " column[2]; constant(column[1]) }
    }
    print "int main(void) {"
    for (i = 1; i <= rows; i++) print "    " row[i] ";"
    for (i = 1; i <= constants; i++) print "    CONST(" name[i] ");"
    print "    return 0;"
    print "}"
}

function constant(c) {
    # Ends of lists and bit masks made from them move with every kernel; they are no fact about the wire.
    if (c in seen || c ~ /_MAX$/ || c == "XFRM_NR_MSGTYPES") return
    seen[c] = 1
    name[++constants] = c
}

function aggregate(kind, title, type) { row[++rows] = "STRUCT(\"" title "\", " type ")" }

# enum [tag] { A, B = 3, ... }
function enumeration(at,   expectName) {
    if (token[at] != "{") at++
    if (token[at] != "{") return at
    expectName = 1
    for (at++; token[at] != "}"; at++) {
        if (expectName && token[at] ~ prefix) constant(token[at])
        if (token[at] ~ /^[A-Za-z_]/) expectName = 0
        if (token[at] == ",") expectName = 1
    }
    return at
}

# struct tag { ... } : the fields at depth 1, and those of unnamed unions and structs inside it.
function structure(at,   tag, depth, last, array, start, keep) {
    tag = token[at]
    keep = rows
    aggregate("struct", tag, "struct " tag)
    depth = 0
    last = ""
    array = ""
    for (at++; at <= n; at++) {
        if (token[at] == "{") { depth++; last = ""; array = ""; start[depth] = rows; continue }
        if (token[at] == "}") {
            depth--
            if (depth == 0) {
                if (tag ~ /^(rtnl_link_stats|rtnl_link_stats64|rtnl_hw_stats64)$/) rows = keep  # grow with every kernel
                return at
            }
            # A name after the brace: the members inside are reached through it, so only the whole is printed.
            if (token[at + 1] != ";") rows = start[depth + 1]
            last = ""
            continue
        }
        if (token[at] == ";" || token[at] == ",") {
            if (last != "" && last !~ /:/)
                row[++rows] = (array == "[]" ? "TAIL" : "FIELD") "(\"" tag "\", struct " tag ", " last ")"
            if (token[at] == ";") last = ""
            array = ""
            continue
        }
        if (token[at] ~ /^\[/) { array = token[at] (token[at] ~ /\]$/ ? "" : "..."); continue }
        if (token[at] ~ /^[*]?[A-Za-z_][A-Za-z0-9_]*$/) { last = token[at]; sub(/^[*]/, "", last) }
    }
    return at
}
