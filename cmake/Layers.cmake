# add_layer(<name> [LINKS <target>...] [TEST_LINKS <target>...] [ON_POSTGRES <suite>...])
#   One static library from the *.cpp of the calling folder (an INTERFACE library while there are none), and from its
#   *_test.cpp, together with testing/*.cpp, the program <name>_test, whose cases ctest discovers one by one.
#   A main.cpp stays out of the library.
#   ON_POSTGRES: these suites run on PostgreSQL too, but for those that say Sqlite; suites that say Postgres run there only. `*` is any
#   text. All that use a store belong here: tools/check_layers.py looks after that.
#   One PostgreSQL serves a whole run of ctest, which starts it before the first of them and ends it after the last.
# add_program(<name> SOURCES <file>... [LINKS <target>...] [FOLDER <dir>])
#   A program in the build directory's root, or in FOLDER below it.

add_library(insightdesk_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/pch.cpp")
target_precompile_headers(insightdesk_pch PRIVATE "${PROJECT_SOURCE_DIR}/cmake/pch.hpp")
target_link_libraries(insightdesk_pch PRIVATE Threads::Threads)
# What ccache takes for the precompiled header's content (CCACHE_PCH_EXTSUM, set by ./dev): its bytes hold the path of the clone,
# so by them no clone would hit what another one compiled.
file(SHA256 "${PROJECT_SOURCE_DIR}/cmake/pch.hpp" pch_sum)
get_directory_property(pch_options COMPILE_OPTIONS)
file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/insightdesk_pch.dir/cmake_pch.hxx.gch.sum"
     "${pch_sum} ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} ${CMAKE_BUILD_TYPE} ${CMAKE_CXX_FLAGS} ${pch_options}\n")

function(use_project_settings target)
    target_precompile_headers(${target} REUSE_FROM insightdesk_pch)
    # Extra -D of a layer's third-party package do not touch the std headers in the shared PCH.
    set_target_properties(${target} PROPERTIES PCH_WARN_INVALID OFF)
endfunction()

function(add_program name)
    cmake_parse_arguments(ARG "" "FOLDER" "SOURCES;LINKS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINKS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/${ARG_FOLDER}")
    use_project_settings(${name})
endfunction()

function(add_layer name)
    cmake_parse_arguments(ARG "" "" "LINKS;TEST_LINKS;ON_POSTGRES" ${ARGN})
    file(GLOB_RECURSE all CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
    set(tests ${all})
    list(FILTER tests INCLUDE REGEX "(_test\\.cpp|/testing/[^/]+\\.cpp)$")
    set(sources ${all})
    list(FILTER sources EXCLUDE REGEX "(_test\\.cpp|/testing/[^/]+\\.cpp|/main\\.cpp)$")

    if(sources)
        add_library(${name} STATIC ${sources})
        target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
        target_link_libraries(${name} PUBLIC ${ARG_LINKS})
        use_project_settings(${name})
    else()
        add_library(${name} INTERFACE)
        target_include_directories(${name} INTERFACE "${PROJECT_SOURCE_DIR}")
        target_link_libraries(${name} INTERFACE ${ARG_LINKS})
    endif()

    if(tests AND INSIGHTDESK_TESTS)
        add_program(${name}_test FOLDER tests SOURCES ${tests}
                    LINKS ${name} ${ARG_TEST_LINKS} GTest::gmock_main GTest::gtest rapidcheck rapidcheck_gtest)
        # PRE_TEST: cases are listed when ctest runs, so a build never starts a test program and `ctest -j` spreads single cases.
        gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_FILTER "-*Postgres*"
                             TEST_PREFIX "${name}." NO_PRETTY_VALUES PROPERTIES TIMEOUT 120 LABELS ${name})
        if(ARG_ON_POSTGRES)
            use_postgres()
            # The prefix of an instantiation stands before its suite.
            list(TRANSFORM ARG_ON_POSTGRES REPLACE "(.+)" "\\1.*:*/\\1.*" OUTPUT_VARIABLE suites)
            list(JOIN suites ":" suites)
            gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_FILTER "${suites}-*Sqlite*"
                                 TEST_PREFIX "postgres.${name}." NO_PRETTY_VALUES
                                 PROPERTIES TIMEOUT 120 LABELS ${name} FIXTURES_REQUIRED postgres
                                            ENVIRONMENT "DESK_TEST_POSTGRES=${POSTGRES_FOLDER}"
                                            # Each try of a property has a store of its own, which takes longer to make there.
                                            ENVIRONMENT_MODIFICATION "RC_PARAMS=set:max_success=10")
        endif()
    endif()
endfunction()

# In /tmp, for the name of a socket may have no more than 107 bytes.
string(MD5 POSTGRES_FOLDER "${CMAKE_BINARY_DIR}")
string(SUBSTRING "${POSTGRES_FOLDER}" 0 12 POSTGRES_FOLDER)
set(POSTGRES_FOLDER "/tmp/insightdesk-postgres-${POSTGRES_FOLDER}")

function(use_postgres)
    get_property(known GLOBAL PROPERTY INSIGHTDESK_POSTGRES)
    if(known)
        return()
    endif()
    set_property(GLOBAL PROPERTY INSIGHTDESK_POSTGRES ON)
    add_test(NAME postgres.start COMMAND "${PROJECT_SOURCE_DIR}/tools/dev/postgres" start "${POSTGRES_FOLDER}")
    add_test(NAME postgres.stop COMMAND "${PROJECT_SOURCE_DIR}/tools/dev/postgres" stop "${POSTGRES_FOLDER}")
    set_tests_properties(postgres.start PROPERTIES FIXTURES_SETUP postgres)
    set_tests_properties(postgres.stop PROPERTIES FIXTURES_CLEANUP postgres)
endfunction()
