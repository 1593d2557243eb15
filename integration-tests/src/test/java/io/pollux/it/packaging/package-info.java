/** What the packages ship, looked at without installing it; packaging/dist/test installs it. */
package io.pollux.it.packaging;
